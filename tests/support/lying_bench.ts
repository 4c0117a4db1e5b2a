// A bench that an attacker wrote: it holds keys of its own, stands on the memory bus, claims with whatever secret it has or answers
// claims as a hub, and then says over its link what no honest bench says.

import { deriveRoomKeys, encodePairingLink, parsePairingLink } from "../../lib/crypto/mod.ts";
import { boxKeyPair, type KeyPair, randomBytes } from "../../lib/nacl.ts";
import {
  type Claim,
  claimHash,
  encodeAccept,
  encodeClaim,
  type HubKeys,
  linkRoot,
  parseAnswer,
  parseClaim,
  signClaim,
  transcriptOf,
} from "../../lib/park/claim.ts";
import {
  encodeData,
  encodeLinkMessage,
  encodeTo,
  linkKeys,
  type LinkMessage,
  LinkOpener,
  LinkSealer,
  parseLinkMessage,
} from "../../lib/park/link_frame.ts";
import { type BenchIdentity, newBenchIdentity } from "../../lib/park/mod.ts";
import { openEnvelope, sealEnvelope } from "../../lib/park/sealed.ts";
import { inboxSubject, linkSubjects } from "../../lib/park/subjects.ts";
import {
  ADMIN_OP,
  encodePairOffer,
  naclSigner,
  newAdminCommand,
  pairClaimSeed,
  pairTokenHash,
} from "../../lib/proof/mod.ts";
import { verifyWithNode } from "../../lib/relay/mod.ts";
import {
  type Bytes,
  concatBytes,
  equalBytes,
  idBytes,
  type MemberId,
  type RoomId,
  u64,
} from "../../lib/wire/mod.ts";
import type { MemoryBus } from "./memory_bus.ts";
import type { SessionRig } from "./session_rig.ts";

/** What stands in a link, and the secret's signer. */
export interface OpenedLink {
  readonly hub: HubKeys;
  readonly secret: Bytes;
  readonly tokenHash: Bytes;
}

/** Reads a pairing link as whoever found it does. */
export function openLink(link: string): OpenedLink {
  const parsed = parsePairingLink(link.slice(link.indexOf("#") + 1));
  if (parsed.tag !== "pairing") throw new TypeError("no pairing link");
  const { secret, hubSignPublicKey: sign, hubBoxPublicKey: box } = parsed.link;
  return { hub: { sign, box }, secret, tokenHash: pairTokenHash(secret) };
}

/** One side of a link, with its keys in the attacker's hand. */
export class RawLink {
  /** Everything that opened, in order. */
  readonly heard: LinkMessage[] = [];
  readonly subjectOut: string;
  readonly subjectIn: string;
  readonly #sealer: LinkSealer;
  readonly #bus: MemoryBus;

  constructor(bus: MemoryBus, root: Uint8Array, side: "hub" | "spoke") {
    this.#bus = bus;
    const keys = linkKeys(root);
    const subjects = linkSubjects(root);
    const isHub = side === "hub";
    this.#sealer = new LinkSealer(isHub ? keys.hubToSpoke : keys.spokeToHub);
    const opener = new LinkOpener(isHub ? keys.spokeToHub : keys.hubToSpoke);
    this.subjectOut = isHub ? subjects.hubToSpoke : subjects.spokeToHub;
    this.subjectIn = isHub ? subjects.spokeToHub : subjects.hubToSpoke;
    bus.subscribe(this.subjectIn, (frame) => {
      const inner = opener.open(frame);
      const message = inner === null ? null : parseLinkMessage(inner);
      if (message !== null) this.heard.push(message);
    });
  }

  /** Seals and publishes whatever it is. */
  raw(inner: Uint8Array): void {
    this.#bus.publish(this.subjectOut, this.#sealer.seal(inner));
  }

  say(message: Exclude<LinkMessage, { readonly tag: "data" | "to" }>): void {
    this.raw(encodeLinkMessage(message));
  }

  data(...entries: readonly { readonly from: Uint8Array; readonly box: Uint8Array }[]): void {
    this.raw(encodeData(entries));
  }

  to(from: MemberId, to: MemberId, box: Uint8Array): void {
    this.raw(encodeTo(idBytes(from), idBytes(to), box));
  }

  state(local: number, total = local): void {
    this.say({ tag: "state", local, total, isPublic: true });
  }

  /** What it heard of one kind. */
  heardOf<Tag extends LinkMessage["tag"]>(
    tag: Tag,
  ): readonly Extract<LinkMessage, { readonly tag: Tag }>[] {
    return this.heard.filter((each): each is Extract<LinkMessage, { readonly tag: Tag }> =>
      each.tag === tag
    );
  }

  /** Bytes of everything DATA brought. */
  get boxes(): readonly Uint8Array[] {
    return this.heardOf("data").flatMap(({ entries }) => entries.map(({ box }) => box));
  }
}

/** A claim under way, in the attacker's hand. */
export interface RawClaim {
  readonly claim: Claim;
  readonly ephemeral: KeyPair;
  readonly envelope: Bytes;
  readonly hub: HubKeys;
}

/** The bench. */
export class LyingBench {
  readonly identity: BenchIdentity;
  readonly bus: MemoryBus;
  /** Envelopes that came to its inbox. */
  readonly inbox: Bytes[] = [];
  /** The admin's signed offers that answers held. */
  readonly offerFrames: Bytes[] = [];
  readonly label: string;

  constructor(rig: SessionRig, label = "liar", seed: Bytes = randomBytes(32)) {
    this.label = label;
    this.identity = newBenchIdentity(seed);
    this.bus = rig.wires.bus();
    this.bus.subscribe(inboxSubject(this.identity.box.publicKey), (bytes) => {
      this.inbox.push(bytes);
    });
  }

  /** A claim for a link, by this bench's keys, with some fields said otherwise before anything is signed. */
  claim(
    { hub, secret, tokenHash }: OpenedLink,
    changes: Partial<Omit<Claim, "claimSignature" | "benchSignature">> = {},
  ): RawClaim {
    const ephemeral = boxKeyPair(randomBytes(32));
    const { sign, box } = this.identity;
    const unsigned = {
      tokenHash,
      benchSignPublicKey: sign.publicKey,
      benchBoxPublicKey: box.publicKey,
      ephemeralPublicKey: ephemeral.publicKey,
      nonce: randomBytes(16),
      label: this.label,
      url: "",
      ...changes,
    };
    const claimSignature = naclSigner(pairClaimSeed(secret)).signSync(
      transcriptOf(unsigned as Claim, hub),
    );
    const claim = signClaim({ ...unsigned, claimSignature }, hub, sign);
    return { claim, ephemeral, hub, envelope: this.wrap(encodeClaim(claim), hub.box, ephemeral) };
  }

  wrap(plaintext: Uint8Array, to: Uint8Array, ephemeral: KeyPair): Bytes {
    return sealEnvelope(plaintext, to, ephemeral, randomBytes(24))!;
  }

  /** Publishes a claim to its hub's inbox. */
  send({ envelope, hub }: RawClaim): void {
    this.bus.publish(inboxSubject(hub.box), envelope);
  }

  /** What the hub answered to a claim, of all that came to the inbox; the latest counts. */
  answerTo({ claim, ephemeral, hub }: RawClaim): "nothing" | string | RawLink {
    for (const envelope of this.inbox.toReversed()) {
      const opened = openEnvelope(envelope, ephemeral.secretKey);
      if (opened === null) continue;
      const { plaintext, ephemeralPublicKey } = opened;
      const answer = parseAnswer(plaintext, hub.sign, ephemeralPublicKey, verifyWithNode);
      if (answer === null) continue;
      if (answer.tag === "reject") return answer.why;
      this.offerFrames.push(answer.accept.offerFrame);
      const th2 = claimHash(claim, hub);
      const root = linkRoot(ephemeral.secretKey, ephemeralPublicKey, th2, plaintext)!;
      return new RawLink(this.bus, root, "spoke");
    }
    return "nothing";
  }
}

/** A hub's answer to the newest claim in its inbox, with everything about it in the attacker's hand. */
export interface AnswerChoices {
  readonly offerFrame: Bytes;
  readonly publicFrame: Bytes;
  readonly roomId: RoomId;
  readonly joinPublicKey: Bytes;
  readonly adminFp: Bytes;
  readonly roomNonce: Bytes;
}

/** Answers the newest claim with an ACCEPT; `null` when there is none. */
export function acceptAs(liar: LyingBench, choices: AnswerChoices): RawLink | null {
  const claim = newestClaim(liar);
  if (claim === null) return null;
  const own = ownKeys(liar);
  const ephemeral = boxKeyPair(randomBytes(32));
  const th2 = claimHash(claim, own);
  const plaintext = encodeAccept({ ...choices, th2 }, liar.identity.sign, ephemeral.publicKey);
  const root = linkRoot(ephemeral.secretKey, claim.ephemeralPublicKey, th2, plaintext)!;
  const link = new RawLink(liar.bus, root, "hub");
  const envelope = liar.wrap(plaintext, claim.ephemeralPublicKey, ephemeral);
  liar.bus.publish(inboxSubject(claim.benchBoxPublicKey), envelope);
  return link;
}

/** The newest claim that this bench was sent. */
export function newestClaim(liar: LyingBench): Claim | null {
  for (const envelope of liar.inbox.toReversed()) {
    const opened = openEnvelope(envelope, liar.identity.box.secretKey);
    const claim = opened === null ? null : parseClaim(opened.plaintext);
    if (claim !== null) return claim;
  }
  return null;
}

export function ownKeys({ identity: { sign, box } }: LyingBench): HubKeys {
  return { sign: sign.publicKey, box: box.publicKey };
}

/** A room of the rig's admin as a lying hub has it: public, with an offer that the admin signed for one bench. */
export interface HubRoom {
  readonly choices: AnswerChoices;
  /** Opened on a bench's page. */
  readonly link: string;
  /** Signs whatever the admin would have signed. */
  sign(op: number, ctr: number, args?: Uint8Array): Promise<Bytes>;
  readonly roomNonce: Bytes;
}

/** What the admin of the rig's room gives a lying hub: its room there is public, and there is a link for `peerFp`. */
export async function roomAtLiar(
  rig: SessionRig,
  liar: LyingBench,
  peerFp: Uint8Array,
  {
    roomNonce = randomBytes(32),
    ctr = 1_700_000_000_000,
    secret = randomBytes(32),
  }: { roomNonce?: Bytes; ctr?: number; secret?: Bytes } = {},
): Promise<HubRoom> {
  const { roomId, join, adminFp } = deriveRoomKeys({
    key: rig.secret.key.slice() as typeof rig.secret.key,
    adminFp: rig.secret.adminFp,
  });
  const admin = naclSigner(rig.adminSeed.slice());
  const sign = (op: number, at: number, args?: Uint8Array) =>
    newAdminCommand(admin, { roomId, roomNonce }, at, op, args);
  const offer = encodePairOffer({
    tokenHash: pairTokenHash(secret),
    claimPublicKey: naclSigner(pairClaimSeed(secret)).publicKey,
    peerFp,
    hubFp: liar.identity.fingerprint,
  });
  const { sign: signKeys, box } = liar.identity;
  const code = encodePairingLink({
    secret,
    hubSignPublicKey: signKeys.publicKey,
    hubBoxPublicKey: box.publicKey,
    roomToken: "",
    hubLabel: liar.label,
  });
  return {
    roomNonce,
    sign,
    link: `https://liar.example/pair#${code}`,
    choices: {
      roomId,
      roomNonce,
      joinPublicKey: join.publicKey as Bytes,
      adminFp: adminFp as Bytes,
      publicFrame: await sign(ADMIN_OP.makePublic, ctr),
      offerFrame: await sign(ADMIN_OP.pairOffer, ctr + 1, offer),
    },
  };
}

/** A frame under a number of the attacker's choice that no key made. */
export function forgedFrame(seq: number, length: number): Bytes {
  return concatBytes(u64(seq), randomBytes(length));
}

/** Whether two byte strings are the same; for lists. */
export function hasBytes(list: readonly Uint8Array[], wanted: Uint8Array): boolean {
  return list.some((each) => equalBytes(each, wanted));
}
