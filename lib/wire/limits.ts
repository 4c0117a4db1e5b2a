// Every number both sides agree on, and every bound that a bench holds against strangers, once, with its arithmetic.
// Those that a bench's keeper can set are defaults here (LIMITS). Rules: PROTOCOL.md sections 4 and 7.

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

/** A socket that has not joined after this is closed with 4408. */
export const HANDSHAKE_MS = 5_000;

/** How long a deleted room's id stays refused. */
export const TOMBSTONE_MS = 10 * 60_000;

/** Tombstones a bench keeps at most; beyond it the oldest goes first. */
export const MAX_TOMBSTONES = 4_096;

/** How often a bench sends `beat` and a ping to every socket. */
export const BEAT_EVERY_MS = 25_000;

/** Silence after which a socket is dead [M3]: two beats unanswered and 10 s of a slow network. */
export const DEAD_AFTER_MS = 2 * BEAT_EVERY_MS + 10_000;

/** A large box that has not left after this is acknowledged all the same, so that one slow reader stops nobody. */
export const ACK_AFTER_MS = 2_000;

/** Large boxes a sender keeps unacknowledged. */
export const MAX_CHUNKS_IN_FLIGHT = 4;

/** What a head may claim a side to be, in pixels: a decoded picture of 8192 x 8192 is 256 MiB. */
export const MAX_IMAGE_SIDE_PX = 8_192;

/** Default of MAX_FILE_SIZE: 10 MiB. */
export const DEFAULT_MAX_FILE_BYTES = 10 * 1024 * 1024;

// What a bench holds against strangers. A second is a second of a clock that only rises.

/** What a bench's keeper can set, with the defaults; `Infinity` switches one off. */
export const LIMITS = {
  /** Sockets of one address [M4]: a household or a class, not a farm. */
  maxPerAddress: 40,
  /** Sockets of one address that have not joined [M2]. */
  maxUnjoinedPerAddress: 10,
  /** New sockets of one address in a minute [M4]. */
  maxJoinsPerMinute: 30,
  /** Messages of one socket in a second [M7]. */
  maxFramesPerSecond: 20,
  /** Bytes of one socket in a second [M7]: a default picture in some ten seconds once the burst is used. */
  maxBytesPerSecond: 1024 * 1024,
  /** Bytes into one room in a second [M8]: four senders at full speed. */
  maxRoomBytesPerSecond: 4 * 1024 * 1024,
  /** Members of one room [M6]. */
  maxMembers: 256,
  /** Rooms of a bench [M6]. */
  maxRooms: 1_000,
  /** Sockets of a bench [M4]. */
  maxConnections: 2_000,
} as const;

/** The limits of one bench, by the names of LIMITS. */
export type Limits = { readonly [Name in keyof typeof LIMITS]: number };

/** What MAX_MEMBERS may be set to at most: PRESENCE names up to 512 nonces [F1]. */
export const MOST_MEMBERS = 500;

/** Fragments of one message [M1]: browsers were seen to cut one into 12. */
export const MAX_FRAGMENTS = 512;

/** Pieces of a message that the network delivered and that wait for the rest [M1]: 266,240 bytes in 130-byte pieces. */
export const MAX_BUFFERED_CHUNKS = 2_048;

/** Sockets of a bench that have not joined [M2]: at 5 s each, 40 joins a second even while all are held open. */
export const MAX_UNJOINED = 200;

/** New sockets that one address may open at once [M4], before the rate holds. */
export const NEW_SOCKETS_BURST = 20;

/** Failed proofs of one address in a minute [M5]. */
export const FAILED_PROOFS_PER_MINUTE = 10;

/** Rooms that one address may open at once, and again over NEW_ROOMS_WINDOW_MS [M6]. */
export const NEW_ROOMS = 10;
export const NEW_ROOMS_WINDOW_MS = 10 * 60_000;

/** Messages a socket may send at once: the rate's five seconds [M7]. */
export const FRAMES_BURST_SECONDS = 5;

/** Bytes a socket may send at once [M7]: one picture with 15 % for boxes and retries, and 1 MiB of talk. */
export function bytesBurst(maxFileBytes: number): number {
  return Math.ceil(1.15 * maxFileBytes) + 1024 * 1024;
}

/** Bytes that may come into a room at once: four seconds of the default rate [M8]. */
export const ROOM_BURST_SECONDS = 4;

/** Who sent no more than this of late is not made to wait for what others sent [M8] [M15]: one chunk. */
export const LIGHT_SENDER_BYTES = 262_144;

/** At this rate what was sent of late is forgotten: 50 messages of the smallest box in a second. */
export const LIGHT_SENDER_BYTES_PER_SECOND = 16 * 1024;

/** Beyond this much of a room's rate everybody in it waits, or many who send little would flood it together [M8]. */
export const LIGHT_PATIENCE_MS = 1_000;

/**
 * What a bench reads and writes in all, in bytes a second for each byte of MAX_BYTES_PER_SECOND [M15]: 128 MiB/s by
 * default, a line of 1 Gbit/s. Half a second of it at once.
 */
export const WORK_SHARE = 128;
export const WORK_BURST_SECONDS = 0.5;

/** Of which one room may take half [M8]. */
export const ROOM_WORK_SHARE = WORK_SHARE / 2;

/** The bench is never more than so far behind: who was too much must not keep everybody waiting for long after it [M15]. */
export const MAX_WORK_BEHIND_SECONDS = 1;

/** While a reader has so much waiting, who sends much into its room waits: 4 MiB below the bound at which it is cut [M8]. */
export const FULL_READER_BYTES = 12 * 1024 * 1024;

/** How soon it is looked at again. */
export const FULL_READER_LOOK_MS = 100;

/** A byte read is as much work as so many written: it is unmasked and put together here. */
export const WORK_OF_READING = 4;

/** A socket that was over its rate for so long without a pause of its own is closed with 4429 [M7]. */
export const KEEPS_ON_MS = 30_000;

/** Messages beyond the rate that no honest tab is ever behind: 30 s of the default rate [M7]. */
export const MAX_FRAMES_BEHIND_SECONDS = 30;

/** Where reading cannot be paused, bytes beyond the rate: 32 chunks, eight pictures of 4 in flight [M7]. */
export const MAX_BYTES_BEHIND = 8 * 1024 * 1024;

/** Admin commands of one socket [M9]. */
export const ADMIN_COMMANDS_PER_SECOND = 2;
export const ADMIN_COMMANDS_BURST = 10;

/** Admin commands with a bad signature that a socket may send: the next closes it [M9]. */
export const MAX_BAD_ADMIN_SIGNATURES = 5;

/** A reader with so much waiting for SLOW_READER_MS is cut, unless it reads on at SLOW_READER_BYTES_PER_SECOND [M10]. */
export const SLOW_READER_BYTES = 4 * 1024 * 1024;
export const SLOW_READER_MS = 15_000;

/** 32 KiB/s, a quarter of what a phone on 1 Mbit/s reads (125,000 B/s). */
export const SLOW_READER_BYTES_PER_SECOND = 32 * 1024;

/** A reader with so much waiting is cut at once [M10]: a default picture and half of another. */
export const MAX_READER_BYTES = 16 * 1024 * 1024;

/** A reader that moves but has so much waiting is waited for, so that no picture runs into the bound above [D8]. */
export const PACED_READER_BYTES = 8 * 1024 * 1024;

/** All that waits at all sockets, shared bytes once [M11]. */
export const MAX_HELD_BYTES = 256 * 1024 * 1024;

/** How long an address is remembered under one key [M12]. */
export const ADDRESS_KEY_MS = 10 * 60_000;

/** Addresses remembered at most; beyond it those without a socket go first, oldest first [M12]. */
export const MAX_ADDRESSES = 65_536;

// What a bench bears of the park (lib/park/PAIRING.md, [Q1] to [Q8]).

/** How long a pairing link is valid, on a clock that only rises [T5]. */
export const OFFER_MS = 5 * 60_000;

/** Offers open at once: of one room, and of a bench [Q1]. */
export const MAX_OFFERS_OF_ROOM = 4;
export const MAX_OFFERS = 64;

/** Hashes of used-up tokens that are remembered, and how long: twice an offer's life [T6]. */
export const SPENT_TOKEN_MS = 10 * 60_000;
export const MAX_SPENT_TOKENS = 1_024;

/** Links of one room, and of a bench [Q1]. */
export const MAX_LINKS_OF_ROOM = 16;
export const MAX_LINKS = 64;

/** Pairings that a bench is claiming at once for those who opened a link on it [Q1]. */
export const MAX_CLAIMS = 16;

/** A claim is sent so often, every CLAIM_AGAIN_MS, and given up one more CLAIM_AGAIN_MS later [T7]. */
export const CLAIM_SENDS = 5;
export const CLAIM_AGAIN_MS = 2_000;

/** A repeat of a claim gets the same answer for so long; a link that was never confirmed is dropped after it [T7] [T9]. */
export const CONFIRM_WITHIN_MS = 30_000;

/** A spoke says that it is there so often until it is heard [T9]. */
export const CONFIRM_AGAIN_MS = 1_000;

/** Who asks for a label waits for all answers this long [W2]. */
export const WHO_MS = 2_000;

/** Messages on the inbox and questions for labels, before any crypto [Q2]; answers to questions [Q3]. */
export const INBOX_PER_SECOND = 20;
export const INBOX_BURST = 40;
export const WHO_ANSWERS_PER_SECOND = 5;

/** `pair_begin` and `who` of one address in a minute [Q4]; so many at once, because a link is mistyped more than once. */
export const PAIRINGS_PER_MINUTE = 3;
export const PAIRINGS_BURST = 6;

/** A socket that is pairing has so long before it is closed with 4408 [Q5]: five tries of two seconds, and a slow phone. */
export const PAIRING_SOCKET_MS = 30_000;

/**
 * What a link carries each way [Q6], with a burst of one second: as many frames as ten sockets may send, as many bytes as may come
 * into a room. A bench that sets MAX_FRAMES_PER_SECOND or MAX_ROOM_BYTES_PER_SECOND sets these with them.
 */
export const LINK_FRAMES_SHARE = 10;
export const LINK_FRAMES_PER_SECOND = LINK_FRAMES_SHARE * LIMITS.maxFramesPerSecond;
export const LINK_BYTES_PER_SECOND = LIMITS.maxRoomBytesPerSecond;

/**
 * What all links of a bench open together, in links at their full rate [Q6]: 16 MiB/s, an eighth of what one core can open. Each has
 * its part of as much again for itself.
 */
export const LINKS_OPENED_AT_ONCE = 4;

/** What waits at one link, and at all links of a bench together; more is dropped, and shows as a gap [Q7]. */
export const MAX_LINK_PENDING_BYTES = 8 * 1024 * 1024;
export const MAX_PENDING_BYTES = 64 * 1024 * 1024;

/** Bytes on their way to the other bench that it has not said it took [K7]: four chunks. */
export const LINK_WINDOW_BYTES = 4 * 262_204;

/** What a bench took is said at least this often in bytes [K7]: one chunk. */
export const LINK_TAKEN_EVERY_BYTES = 131_072;

/** A link with more than this waiting holds up the large boxes of those who send [K8]: one chunk. */
export const LINK_PACED_BYTES = 262_144;

/** DATA of one link frame [K2]: the largest box with its head, and room for one more small one. */
export const MAX_LINK_DATA_BYTES = 262_400;

/** How often a bench says that a link stands, and after how much silence the other counts it as down [K5]. */
export const LINK_STATE_EVERY_MS = 10_000;
export const LINK_DOWN_AFTER_MS = 30_000;

/** A link that is down for so long has its keys wiped, and pairing is repeated [K6]. */
export const LINK_LOST_AFTER_MS = 5 * 60_000;

/** Far members of a room whose bench is remembered [K4]. */
export const MAX_FAR_MEMBERS = 1_024;

/** The least `max_payload` of a bus: the largest link frame is 262,425 bytes [Q8]. */
export const MIN_BUS_PAYLOAD_BYTES = 270_000;
