// What a relay has done so far, in totals that tell no room, no member and no address apart [M14].

import type { CloseCode } from "../wire/mod.ts";

/** Counters that only rise. */
export class Totals {
  framesIn = 0;
  bytesIn = 0;
  framesOut = 0;
  bytesOut = 0;
  joins = 0;
  roomsOpened = 0;
  /** How often a sender was not read for a while. */
  pauses = 0;
  readonly closes: Partial<Record<CloseCode, number>> = {};
  readonly refusals: { 429: number; 503: number } = { 429: 0, 503: 0 };

  onClose(code: CloseCode): void {
    this.closes[code] = (this.closes[code] ?? 0) + 1;
  }
}
