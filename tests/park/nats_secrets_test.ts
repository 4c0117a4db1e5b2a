// Credentials for NATS in the forms that its tools write them in, and with the slips that copying makes.

import { assertEquals } from "@std/assert";
import { isCertificates, isNkeySeed, parseNatsCreds } from "../../lib/park/nats_secrets.ts";

/** Made by NATS's own nkeys for this test. */
const SEED = "SUAHUTBMY3UTY7QUNZUSGDEE6CNISCWVSAWMTBLNK5OSYURY5CIH4AC3LU";
const JWT = "eyJ0eXAiOiJKV1QifQ.eyJuYW1lIjoieCJ9.c2lnbmF0dXJl";

const CREDS = `-----BEGIN NATS USER JWT-----
${JWT}
------END NATS USER JWT------

************************* IMPORTANT *************************
NKEY Seed printed below can be used to sign and prove identity.
NKEYs are sensitive and should be treated as secrets.

-----BEGIN USER NKEY SEED-----
${SEED}
------END USER NKEY SEED------

*************************************************************
`;

Deno.test("a seed is taken, and with any letter changed it is not", () => {
  assertEquals(isNkeySeed(SEED), true);
  for (let at = 0; at < SEED.length; at++) {
    const other = SEED[at] === "A" ? "B" : "A";
    assertEquals(isNkeySeed(SEED.slice(0, at) + other + SEED.slice(at + 1)), false, `${at}`);
  }
});

Deno.test("what is no user's seed is not taken", () => {
  for (const text of ["", "SU", SEED.slice(1), `${SEED} `, SEED.toLowerCase(), SEED.slice(0, -1)]) {
    assertEquals(isNkeySeed(text), false, text);
  }
});

Deno.test("a creds file is taken, also with the line ends of Windows and without the last one", () => {
  const expected = { jwt: JWT, seed: SEED };
  assertEquals(parseNatsCreds(CREDS), expected);
  assertEquals(parseNatsCreds(CREDS.replaceAll("\n", "\r\n")), expected);
  assertEquals(parseNatsCreds(CREDS.slice(0, CREDS.indexOf("SEED------\n") + 10)), expected);
});

Deno.test("half a creds file is none", () => {
  for (
    const text of [
      "",
      SEED,
      CREDS.slice(0, CREDS.indexOf("-----BEGIN USER")),
      CREDS.slice(CREDS.indexOf("-----BEGIN USER")),
      CREDS.replace(SEED, SEED.slice(1)),
      CREDS.replace(JWT, "eyJ0"),
    ]
  ) {
    assertEquals(parseNatsCreds(text), null);
  }
});

Deno.test("certificates are told by their lines", () => {
  const pem = "-----BEGIN CERTIFICATE-----\nMIIB+/==\n-----END CERTIFICATE-----\n";
  assertEquals([isCertificates(pem), isCertificates(`# our CA\n${pem}${pem}`)], [true, true]);
  assertEquals(isCertificates(pem.replaceAll("CERTIFICATE", "PRIVATE KEY")), false);
  assertEquals([isCertificates(""), isCertificates(pem.slice(0, 40))], [false, false]);
});
