// An operator as NATS knows it, for one test: keys, the configuration of a server that trusts them, and a creds file for a
// user who may use the park's subjects. Written out by hand because NATS's own tool for it is not in Debian.

import { nkeys } from "@nats-io/transport-node";
import { encodeBase64url, utf8 } from "../../lib/wire/mod.ts";

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** What a test needs of an operator. */
export interface NatsOperator {
  /** For a server's configuration. */
  readonly config: string;
  /** Text of a creds file of a user who is let in. */
  readonly creds: string;
  /** The same of a user whom another operator's account vouches for. */
  readonly foreignCreds: string;
}

/** Makes everything anew. */
export function newNatsOperator(): NatsOperator {
  const [operator, account, foreignAccount] = [
    nkeys.createOperator(),
    nkeys.createAccount(),
    nkeys.createAccount(),
  ];
  const operatorJwt = sign(operator, operator, { type: "operator" });
  const limits = { subs: -1, data: -1, payload: -1, conn: -1, leaf: -1, imports: -1, exports: -1 };
  const accountJwt = sign(operator, account, {
    type: "account",
    limits: { ...limits, wildcards: true },
  });
  return {
    config: `operator: "${operatorJwt}"\nresolver: MEMORY\n` +
      `resolver_preload: { ${account.getPublicKey()}: "${accountJwt}" }\n`,
    creds: credsOf(account),
    foreignCreds: credsOf(foreignAccount),
  };
}

/** A seed of a user's nkey, with what a server's configuration names that user by. */
export function newNkey(): { readonly seed: string; readonly publicKey: string } {
  const user = nkeys.createUser();
  return { seed: seedOf(user), publicKey: user.getPublicKey() };
}

function credsOf(account: KeyPair): string {
  const user = nkeys.createUser();
  const jwt = sign(account, user, {
    type: "user",
    pub: { allow: ["bt1.>"] },
    sub: { allow: ["bt1.>"] },
    subs: -1,
    data: -1,
    payload: -1,
  });
  return `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n` +
    `-----BEGIN USER NKEY SEED-----\n${seedOf(user)}\n------END USER NKEY SEED------\n`;
}

function seedOf(pair: KeyPair): string {
  return new TextDecoder().decode(pair.getSeed());
}

function sign(issuer: KeyPair, subject: KeyPair, claims: Readonly<Record<string, unknown>>) {
  const text = (value: unknown) => encodeBase64url(utf8(JSON.stringify(value)));
  const head = text({ typ: "JWT", alg: "ed25519-nkey" });
  const body = text({
    jti: crypto.randomUUID(),
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name: "test",
    nats: { ...claims, version: 2 },
  });
  return `${head}.${body}.${encodeBase64url(issuer.sign(utf8(`${head}.${body}`)))}`;
}
