// Why a bench closes a socket: the closed set, and which of them a tab answers by coming back on its own.
// Rules: PROTOCOL.md section 9.

/** Close codes of bt1, by name. */
export const CLOSE = {
  shuttingDown: 1001,
  tooBig: 1009,
  malformed: 4400,
  proofFailed: 4401,
  removed: 4403,
  noSuchRoom: 4404,
  handshakeTimeout: 4408,
  replaced: 4409,
  deletedOrMoved: 4410,
  locked: 4423,
  tooFast: 4429,
  tooManyFromOneNetwork: 4430,
  roomFull: 4431,
  benchFull: 4432,
  tooSlow: 4440,
  overloaded: 4503,
} as const;

/** One reason a bench closes a socket for. */
export type CloseCode = typeof CLOSE[keyof typeof CLOSE];

const COMES_BACK: ReadonlySet<number> = new Set([
  1001,
  1006,
  1011,
  CLOSE.tooSlow,
  CLOSE.overloaded,
]);

/** Whether a tab reconnects by itself after this code [C9]. Anything else is an answer, not an accident. */
export function isReconnectable(code: number): boolean {
  return COMES_BACK.has(code);
}
