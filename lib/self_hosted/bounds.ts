// What the self-hosted listener holds against connections that are no sockets yet, with its arithmetic. What it holds
// against sockets is in lib/wire/limits.ts, because both listeners' relay counts those.

import { MAX_MESSAGE_BYTES } from "../wire/mod.ts";

/** A request's head has to be there after this: 16 KiB at 14 kbit/s. */
export const HEADERS_MS = 10_000;

/** A whole request has to be there after this. No page of ours takes a body. */
export const REQUEST_MS = 20_000;

/** How often those two are looked at. */
export const LOOK_EVERY_MS = 1_000;

/** A connection that waits for its next request. Proxies keep theirs for a minute; they open a new one. */
export const KEEP_ALIVE_MS = 15_000;

/** A connection on which nothing moves at all, such as a page that nobody reads. */
export const STUCK_MS = 30_000;

/** One request's head: browsers stay under 4 KiB here, cookies of other things on one host included. */
export const MAX_HEAD_BYTES = 16 * 1024;

/** Requests that one connection may have under way: browsers send the next after the answer. */
export const MAX_PIPELINED = 4;

/**
 * Connections that are no sockets, those that wait and those that are being answered together: 170 people's browsers
 * that open six each at once. One more cuts the oldest of the address that has most.
 */
export const MAX_PAGE_CONNECTIONS = 1_024;

/** Connections that end, over and above: they are given LINGER_MS. */
export const MAX_ENDING_CONNECTIONS = 256;

/** After a refusal, or a message that was refused, the other side gets this long to read why. */
export const LINGER_MS = 500;

/** After a close code the other side gets this long to answer. */
export const CLOSE_MS = 2_000;

/** Pings and pongs that a socket may send in one period; a tab sends one pong in 25 s. */
export const MAX_CONTROL_FRAMES = 60;
export const CONTROL_PERIOD_MS = 10_000;

/** After our close code so much is still read, four chunks of a picture under way and one more: then it is cut. */
export const AFTER_CLOSE_BYTES = 5 * MAX_MESSAGE_BYTES;

/** And so many messages, looked at after every so many bytes: ten thousand empty ones fit into one piece of the network's. */
export const MESSAGES_AFTER_CLOSE = 64;
export const AFTER_CLOSE_STEP_BYTES = 4_096;

/**
 * After so many pieces smaller than this without a whole message, small ones are gathered: to so many bytes, or for so
 * long. A message of the largest size in pieces of a slow line, 536 bytes each, has 500 of them, and waits 0.1 s more.
 */
export const SMALL_PIECE_BYTES = 1_024;
export const SMALL_PIECES = 64;
export const GATHER_BYTES = 4_096;
export const GATHER_MS = 100;

/** Requests that are answered at once. What each costs is the page's own work, so that the others wait, and not the sockets. */
export const MAX_ANSWERED_AT_ONCE = 4;

/** So much is handed to the system at a time, and one message more: the largest message. */
export const AT_ONCE_BYTES = MAX_MESSAGE_BYTES;
