// Every number both sides agree on, once, with its arithmetic. Rules: PROTOCOL.md sections 4 and 9.
// Limits that only a bench enforces against strangers join this file when they are built.

/** Largest plaintext part of a box: length word, content and zeros together, smallest first [D3]. */
export const PADDED_BYTES = [256, 1024, 4096, 16_384, 65_536, 262_144] as const;

/** nonce (24) + Poly1305 tag (16), which every box carries beside its padded plaintext. */
export const BOX_OVERHEAD_BYTES = 24 + 16;

/** The six lengths a bench relays; anything else is 4400 [D2]. */
export const BOX_BYTES: readonly number[] = PADDED_BYTES.map((padded) =>
  padded + BOX_OVERHEAD_BYTES
);

/** One WebSocket message, all fragments together: 256 KiB + 4 KiB for headers and small entries. */
export const MAX_MESSAGE_BYTES = 262_144 + 4_096;

/** One JSON control message, either way. */
export const MAX_CONTROL_BYTES = 4_096;

/** One admin command frame, without its op byte. */
export const MAX_ADMIN_BYTES = 32_768;

/** Boxes up to this length come back to their sender in the batch; longer ones are acknowledged by count [D8]. */
export const MAX_ECHOED_BOX_BYTES = 16_384 + BOX_OVERHEAD_BYTES;

/** Members of one room. */
export const MAX_MEMBERS = 256;

/** A socket that has not joined after this is closed with 4408. */
export const HANDSHAKE_MS = 5_000;

/** How long a deleted room's id stays refused. */
export const TOMBSTONE_MS = 10 * 60_000;

/** Tombstones a bench keeps at most; beyond it the oldest goes first. */
export const MAX_TOMBSTONES = 4_096;

/** How often a bench sends `beat` to every socket. */
export const BEAT_EVERY_MS = 25_000;

/** A large box that has not left after this is acknowledged all the same, so that one slow reader stops nobody. */
export const ACK_AFTER_MS = 2_000;

/** Large boxes a sender keeps unacknowledged. */
export const MAX_CHUNKS_IN_FLIGHT = 4;

/** What a head may claim a side to be, in pixels: a decoded picture of 8192 x 8192 is 256 MiB. */
export const MAX_IMAGE_SIDE_PX = 8_192;

/** Default of MAX_FILE_SIZE: 10 MiB. */
export const DEFAULT_MAX_FILE_BYTES = 10 * 1024 * 1024;
