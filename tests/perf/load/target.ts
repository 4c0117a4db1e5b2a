// The two relays that a load can be put on, and what it takes to enter a room of each: a proof at a bench, nothing at a plain relay.

import {
  adminFingerprint,
  deriveMemberId,
  deriveRoomId,
  joinTranscript,
} from "../../../lib/proof/mod.ts";
import { encodeJoin, type Hi, idBytes, type RoomId } from "../../../lib/wire/mod.ts";
import { type NodeSigner, nodeSigner } from "../../support/node_signer.ts";

/** Where a relay listens. A plain relay has a room for each path. */
export interface Target {
  readonly dialect: "bench" | "plain";
  readonly hostname: string;
  readonly port: number;
  /** What the page would have been loaded from. */
  readonly origin: string;
}

/** A room of a load. */
export interface RoomKeys {
  readonly roomId: RoomId;
  readonly adminFp: Uint8Array<ArrayBuffer>;
  readonly join: NodeSigner;
  /** Its members come from this address, as far as a bench with `TRUST_PROXY=1` can tell. */
  readonly address: string;
}

const randomSigner = (): NodeSigner => nodeSigner(crypto.getRandomValues(new Uint8Array(32)));

/** A room that nobody has seen before. */
export function newRoomKeys(address: string): RoomKeys {
  const join = randomSigner();
  const adminFp = adminFingerprint(randomSigner().publicKey);
  return { roomId: deriveRoomId(join.publicKey, adminFp), adminFp, join, address };
}

/** One page's session. */
export interface Session {
  readonly signer: NodeSigner;
  /** 16 bytes, as they stand in a batch. */
  readonly memberId: Uint8Array;
}

/** A page that was just loaded. */
export function newSession(): Session {
  const signer = randomSigner();
  return { signer, memberId: idBytes(deriveMemberId(signer.publicKey)) };
}

/** The key of RFC 6455's own example; every upgrade of a load is alike but for its room. */
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** The request that makes a connection a WebSocket. */
export function upgradeRequest(target: Target, room: RoomKeys): Uint8Array<ArrayBuffer> {
  const isBench = target.dialect === "bench";
  return new TextEncoder().encode([
    `GET ${isBench ? "/ws" : `/${room.roomId}`} HTTP/1.1`,
    `Host: ${new URL(target.origin).host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    `Origin: ${target.origin}`,
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${KEY}`,
    ...(isBench ? ["Sec-WebSocket-Protocol: bt1"] : []),
    `X-Forwarded-For: ${room.address}`,
    "",
    "",
  ].join("\r\n"));
}

/** Whether the answer to it says yes. */
export function isUpgraded(head: string): boolean {
  return /^HTTP\/1\.1 101 /.test(head) &&
    head.toLowerCase().includes(`sec-websocket-accept: ${ACCEPT.toLowerCase()}\r\n`);
}

/** The text that answers `hi`; creates the room where it is not. */
export function joinText(hi: Hi, target: Target, room: RoomKeys, session: Session): string {
  const { signer } = session;
  const transcript = joinTranscript(hi.connNonce, room.roomId, signer.publicKey, target.origin);
  return encodeJoin({
    roomId: room.roomId,
    joinPublicKey: room.join.publicKey,
    adminFp: room.adminFp,
    signPublicKey: signer.publicKey,
    joinSignature: room.join.signSync(transcript),
    sessionSignature: signer.signSync(transcript),
    create: true,
  });
}
