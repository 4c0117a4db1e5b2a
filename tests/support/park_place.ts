// Benches in the park without their relays: real parks over a bus in memory, under one manual clock, with rooms and pages in the test's
// hand; and the two sides of a pairing made by hand, for tests that lie.

import { boxKeyPair, type KeyPair } from "../../lib/nacl.ts";
import {
  type Accept,
  type Claim,
  claimHash,
  encodeAccept,
  encodeClaim,
  parseClaim,
  signClaim,
} from "../../lib/park/claim.ts";
import type { BenchIdentity } from "../../lib/park/identity.ts";
import type { Link } from "../../lib/park/link.ts";
import { newBenchIdentity, Park } from "../../lib/park/mod.ts";
import type { AdoptedRoom, ParkAsker, Rooms } from "../../lib/park/park_ports.ts";
import { openEnvelope, sealEnvelope } from "../../lib/park/sealed.ts";
import { inboxSubject } from "../../lib/park/subjects.ts";
import {
  ADMIN_OP,
  claimTranscript,
  encodePairOffer,
  pairClaimSeed,
  pairTokenHash,
  type VerifySync,
} from "../../lib/proof/mod.ts";
import { verifyWithNode } from "../../lib/relay/mod.ts";
import {
  type AdminRefusal,
  type Bytes,
  type CloseCode,
  type MemberId,
  memberIdOf,
  type ParkControl,
  parseBenchControl,
  type RoomId,
} from "../../lib/wire/mod.ts";
import { ManualClock } from "./manual_clock.ts";
import { type MemoryBus, MemoryPark, type WireMessage } from "./memory_bus.ts";
import { type NodeSigner, nodeSigner } from "./node_signer.ts";
import { rigAdminCommand, type RigRoom, rigRoom } from "./relay_rig.ts";
import { Seeded } from "./seeded.ts";

/** Whoever makes offers in these tests. */
export const ADMIN_MEMBER: MemberId = memberIdOf(new Uint8Array(16).fill(0xad));

function controlOf(text: string): ParkControl {
  const control = parseBenchControl(text);
  if (control === null) throw new Error("a park said what no tab understands");
  // What a park says is of the park; a test that looks for a kind finds no other.
  return control as ParkControl;
}

/** A room as a bench of these tests holds it. */
export interface PlaceRoom {
  readonly joinPublicKey: Uint8Array;
  readonly adminFp: Uint8Array;
  roomNonce: Uint8Array;
  publicFrame: Uint8Array | null;
  members: { size: number };
}

/** The rooms of one bench, and everything that its park told them, shortly: "attach hub", "admin", "down", ... */
export class PlaceRooms implements Rooms {
  readonly rooms = new Map<RoomId, PlaceRoom>();
  readonly heard: string[] = [];
  readonly links = new Set<Link>();
  readonly adopted: AdoptedRoom[] = [];
  readonly toldAll: ParkControl[] = [];
  readonly toldMember: (readonly [MemberId, ParkControl])[] = [];
  /** What `adopt` says. */
  verdict: "adopted" | "deleted" | "full" = "adopted";

  roomOf(roomId: RoomId): PlaceRoom | null {
    return this.rooms.get(roomId) ?? null;
  }
  adopt(room: AdoptedRoom): "adopted" | "deleted" | "full" {
    if (this.verdict !== "adopted") return this.verdict;
    this.adopted.push(room);
    const { joinPublicKey, adminFp, roomNonce, publicFrame } = room;
    const members = this.rooms.get(room.roomId)?.members ?? { size: 0 };
    this.rooms.set(room.roomId, { joinPublicKey, adminFp, roomNonce, publicFrame, members });
    return "adopted";
  }
  attach(_roomId: RoomId, link: Link, isHub: boolean): void {
    this.links.add(link);
    this.heard.push(isHub ? "attach hub" : "attach");
  }
  detach(_roomId: RoomId, link: Link): void {
    if (this.links.delete(link)) this.heard.push("detach");
  }
  onLinkDown(): void {
    this.heard.push("down");
  }
  onLinkChanged(): void {}
  tellAll(_roomId: RoomId, text: string): void {
    this.toldAll.push(controlOf(text));
  }
  tellMember(_roomId: RoomId, memberId: MemberId, text: string): void {
    this.toldMember.push([memberId, controlOf(text)]);
  }
  onData(_roomId: RoomId, _link: Link, entries: readonly { readonly box: Uint8Array }[]): void {
    for (const { box } of entries) this.heard.push(`box ${box[0]}`);
  }
  onTo(): void {
    this.heard.push("to");
  }
  onFarLeft(): void {
    this.heard.push("left");
  }
  onAdmin(): void {
    this.heard.push("admin");
  }
  onRefused(_roomId: RoomId, _link: Link, ctr: number, lastCtr: number, why: AdminRefusal): void {
    this.heard.push(`refused ${ctr} ${lastCtr} ${why}`);
  }

  /** What became of offers, as their maker was told. */
  get offerEvents(): readonly string[] {
    return this.toldMember.flatMap(([, said]) => said.t === "offer" ? [said.event] : []);
  }
}

/** A page, or a room's tab, that asks. */
export class Page implements ParkAsker {
  readonly said: ParkControl[] = [];
  readonly closes: CloseCode[] = [];
  onSay: ((control: ParkControl) => void) | null = null;

  constructor(readonly roomId: RoomId | null = null) {}

  say(text: string): void {
    const control = controlOf(text);
    this.said.push(control);
    this.onSay?.(control);
  }
  close(code: CloseCode): void {
    this.closes.push(code);
  }

  /** What became of pairing: `null` paired, a reason, or `undefined` before it ended. */
  get end(): string | null | undefined {
    for (const each of this.said) if (each.t === "pair_end") return each.failure;
    return undefined;
  }
}

/** What stands in a pairing link, as far as pages and benches need it. */
export interface PlaceLink {
  readonly secret: Bytes;
  readonly tokenHash: Bytes;
  readonly claimKey: NodeSigner;
  readonly hub: BenchIdentity;
}

/** One bench. */
export interface PlaceBench {
  readonly park: Park;
  readonly bus: MemoryBus;
  readonly identity: BenchIdentity;
  readonly rooms: PlaceRooms;
  readonly label: string;
}

/** What a bench of the place is started with, where it matters. */
export interface PlaceBenchOptions {
  readonly label?: string;
  readonly isPairingOn?: boolean;
  readonly operatorToken?: string | null;
  readonly url?: string;
}

/** A place with benches. */
export class ParkPlace {
  readonly clock = new ManualClock();
  readonly wires = new MemoryPark();
  readonly benches: PlaceBench[] = [];
  /** How often a signature was looked at. */
  looks = 0;
  readonly #random = new Seeded(77);
  #counter = 100;

  constructor(benches: number) {
    for (let number = 0; number < benches; number++) this.add();
  }

  get wire(): readonly WireMessage[] {
    return this.wires.wire;
  }

  readonly verify: VerifySync = (...all) => {
    this.looks++;
    return verifyWithNode(...all);
  };

  add(options: PlaceBenchOptions = {}): PlaceBench {
    const number = this.benches.length;
    const identity = newBenchIdentity(this.#random.bytes(32));
    const bus = this.wires.bus();
    const label = options.label ?? `bench-${number}`;
    const park = new Park({
      bus,
      identity,
      label,
      url: options.url ?? `https://bench-${number}.example`,
      clock: this.clock,
      verify: this.verify,
      isPairingOn: options.isPairingOn ?? true,
      operatorToken: options.operatorToken ?? null,
    });
    const rooms = new PlaceRooms();
    park.begin(rooms);
    const bench = { park, bus, identity, rooms, label };
    this.benches.push(bench);
    return bench;
  }

  /** Ends the turn and delivers, until nothing moves. */
  settle(): void {
    do this.clock.endTurn(); while (this.wires.deliver() > 0);
  }

  /** Lets time pass, delivering at least every 100 ms. */
  run(ms: number): void {
    this.settle();
    for (let passedMs = 0; passedMs < ms; passedMs += 100) {
      this.clock.advance(Math.min(100, ms - passedMs));
      this.settle();
    }
  }

  random(length: number): Bytes {
    return this.#random.bytes(length);
  }

  /** Opens a room on a bench, public unless said otherwise. */
  open(bench: PlaceBench, seed = 1, isPublic = true): RigRoom {
    const room = rigRoom(seed);
    const roomNonce = new Uint8Array(32).fill(seed);
    bench.rooms.rooms.set(room.roomId, {
      joinPublicKey: room.join.publicKey,
      adminFp: room.adminFp,
      roomNonce,
      publicFrame: isPublic ? this.command(room, roomNonce, ADMIN_OP.makePublic) : null,
      members: { size: 1 },
    });
    return room;
  }

  /** A command of a room's admin. */
  command(
    room: RigRoom,
    nonce: Uint8Array,
    op: number,
    args: Uint8Array = new Uint8Array(0),
  ): Bytes {
    return rigAdminCommand(room.admin, room.roomId, nonce, ++this.#counter, op, args);
  }

  /** A new secret for a hub. */
  newLink(hub: BenchIdentity): PlaceLink {
    const secret = this.random(32);
    return {
      secret,
      tokenHash: pairTokenHash(secret),
      claimKey: nodeSigner(pairClaimSeed(secret)),
      hub,
    };
  }

  /** The arguments of an offer for `peer`. */
  offerArgs(link: PlaceLink, peer: BenchIdentity): Bytes {
    return encodePairOffer({
      tokenHash: link.tokenHash,
      claimPublicKey: link.claimKey.publicKey,
      peerFp: peer.fingerprint,
      hubFp: link.hub.fingerprint,
    });
  }

  /** Hands an admin's command about pairing to a bench. */
  act(bench: PlaceBench, room: RigRoom, op: number, args: Bytes): AdminRefusal | null {
    const nonce = bench.rooms.roomOf(room.roomId)!.roomNonce;
    const frame = this.command(room, nonce, op, args);
    return bench.park.onPairCommand(
      room.roomId,
      { op, args, ctr: this.#counter },
      frame,
      ADMIN_MEMBER,
    );
  }

  /** An offer that is taken. */
  offer(
    bench: PlaceBench,
    room: RigRoom,
    peer: BenchIdentity,
    link: PlaceLink = this.newLink(bench.identity),
  ): PlaceLink {
    const refusal = this.act(bench, room, ADMIN_OP.pairOffer, this.offerArgs(link, peer));
    if (refusal !== null) throw new Error(`not taken: ${refusal}`);
    return link;
  }

  /** Opens a link on a bench's page and accepts; the proof follows at once. */
  accept(bench: PlaceBench, link: PlaceLink, operatorToken = ""): Page {
    const page = new Page();
    const hubSignPublicKey = link.hub.sign.publicKey;
    const hubBoxPublicKey = link.hub.box.publicKey;
    page.onSay = (control) => {
      if (control.t !== "pair_key") return;
      const transcript = claimTranscript({
        tokenHash: link.tokenHash,
        hubSignPublicKey,
        hubBoxPublicKey,
        benchSignPublicKey: control.benchSignPublicKey,
        benchBoxPublicKey: control.benchBoxPublicKey,
        ephemeralPublicKey: control.ephemeralPublicKey,
        nonce: control.nonce,
      });
      bench.park.onRequest(page, {
        t: "pair_claim",
        claimPublicKey: link.claimKey.publicKey,
        signature: link.claimKey.signSync(transcript),
      });
    };
    bench.park.onRequest(page, {
      t: "pair_begin",
      hubSignPublicKey,
      hubBoxPublicKey,
      tokenHash: link.tokenHash,
      operatorToken,
    });
    return page;
  }

  /** From an offer to a link that is up on both benches. */
  pair(hub: PlaceBench, room: RigRoom, spoke: PlaceBench): Page {
    const page = this.accept(spoke, this.offer(hub, room, spoke.identity));
    this.settle();
    if (page.end !== null) throw new Error(`not paired: ${page.end}`);
    return page;
  }

  /** A link's page on a room's tab that asks for a label. */
  ask(bench: PlaceBench, label: string): Page {
    const { roomId } = bench.rooms.roomOf(rigRoom(1).roomId) === null
      ? this.open(bench)
      : rigRoom(1);
    const page = new Page(roomId);
    bench.park.onRequest(page, { t: "who", label });
    return page;
  }

  // ---- sides made by hand -------------------------------------------------------------------------------------

  /** A claim as a bench with these keys makes it, every field to be said otherwise. */
  claim(
    link: PlaceLink,
    spoke: BenchIdentity,
    changes: Partial<Omit<Claim, "benchSignature">> & { readonly signer?: NodeSigner } = {},
  ): { readonly claim: Claim; readonly ephemeral: KeyPair; readonly envelope: Bytes } {
    const ephemeral = boxKeyPair(this.random(32));
    const hub = { sign: link.hub.sign.publicKey, box: link.hub.box.publicKey };
    const { signer = link.claimKey, ...fields } = changes;
    const unsigned = {
      tokenHash: link.tokenHash,
      benchSignPublicKey: spoke.sign.publicKey,
      benchBoxPublicKey: spoke.box.publicKey,
      ephemeralPublicKey: ephemeral.publicKey,
      nonce: this.random(16),
      label: "spoke",
      url: "",
      ...fields,
    };
    const claimSignature = fields.claimSignature ?? signer.signSync(claimTranscript({
      tokenHash: unsigned.tokenHash,
      hubSignPublicKey: hub.sign,
      hubBoxPublicKey: hub.box,
      benchSignPublicKey: unsigned.benchSignPublicKey,
      benchBoxPublicKey: unsigned.benchBoxPublicKey,
      ephemeralPublicKey: unsigned.ephemeralPublicKey,
      nonce: unsigned.nonce,
    }));
    const claim = signClaim({ ...unsigned, claimSignature }, hub, spoke.sign);
    const envelope = sealEnvelope(encodeClaim(claim), hub.box, ephemeral, this.random(24))!;
    return { claim, ephemeral, envelope };
  }

  /** Publishes to a bench's inbox as anybody may. */
  inject(to: BenchIdentity, envelope: Uint8Array): void {
    this.wires.inject(inboxSubject(to.box.publicKey), envelope);
  }

  /** Envelopes that went to a bench's inbox since `from`. */
  inboxOf(bench: BenchIdentity, from = 0): readonly Bytes[] {
    const subject = inboxSubject(bench.box.publicKey);
    return this.wire.slice(from).filter((each) => each.subject === subject).map(({ bytes }) =>
      bytes
    );
  }

  /** The last claim that went to a hub whose keys the test holds. */
  lastClaim(hub: BenchIdentity): Claim {
    const opened = openEnvelope(this.inboxOf(hub).at(-1)!, hub.box.secretKey)!;
    return parseClaim(opened.plaintext)!;
  }

  /** An ACCEPT of the claim by a hub made by hand, every field to be said otherwise. */
  answer(
    claim: Claim,
    hub: BenchIdentity,
    room: RigRoom,
    link: PlaceLink,
    changes: Partial<Accept> & { readonly peer?: BenchIdentity; readonly sign?: KeyPair } = {},
  ): { readonly envelope: Bytes; readonly ephemeral: KeyPair; readonly plaintext: Bytes } {
    const nonce = new Uint8Array(32).fill(1);
    const keys = { sign: hub.sign.publicKey, box: hub.box.publicKey };
    const { sign = hub.sign, peer, ...fields } = changes;
    const peerFp = peer?.fingerprint ?? new Uint8Array(16);
    const accept: Accept = {
      th2: claimHash(claim, keys),
      roomId: room.roomId,
      joinPublicKey: room.join.publicKey,
      adminFp: room.adminFp,
      roomNonce: nonce,
      offerFrame: this.command(
        room,
        nonce,
        ADMIN_OP.pairOffer,
        encodePairOffer({
          tokenHash: link.tokenHash,
          claimPublicKey: link.claimKey.publicKey,
          peerFp,
          hubFp: hub.fingerprint,
        }),
      ),
      publicFrame: this.command(room, nonce, ADMIN_OP.makePublic),
      ...fields,
    };
    const ephemeral = boxKeyPair(this.random(32));
    const plaintext = encodeAccept(accept, sign, ephemeral.publicKey);
    const to = claim.ephemeralPublicKey;
    return {
      envelope: sealEnvelope(plaintext, to, ephemeral, this.random(24))!,
      ephemeral,
      plaintext,
    };
  }
}

/** Keys of a bench that no park of ours has. */
export function strangeBench(seed: number): BenchIdentity {
  return newBenchIdentity(new Seeded(seed ^ 0x57a).bytes(32));
}
