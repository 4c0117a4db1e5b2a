// What a room bears of one link, and of all its links together: how much they may bring, how many admin commands, how many goodbyes.
// Links have half of a room's rates at most, so that the people here always have the other half, whatever comes from
// elsewhere; and a link that brings little is heard whatever the others bring. Rules: lib/park/PAIRING.md, [K13].

import { TokenBucket } from "../limits/mod.ts";
import {
  ADMIN_COMMANDS_BURST,
  ADMIN_COMMANDS_PER_SECOND,
  type Limits,
  MAX_LINKS_OF_ROOM,
  MOST_MEMBERS,
  ROOM_BURST_SECONDS,
  ROOM_WORK_SHARE,
  WORK_BURST_SECONDS,
  WORK_OF_READING,
} from "../wire/mod.ts";

/** Of a room's rates, for all links together; each has a like part of it for itself. */
const LINKS_SHARE = 1 / 2;
const OWN_SHARE = LINKS_SHARE / MAX_LINKS_OF_ROOM;

/**
 * So far the links of a room may be behind: a window of each, and one more, for what was on its way when they were slowed; or three benches
 * that send a picture each would lose pieces of it. No more than what still fits into the room's burst beside the links' own.
 */
const BEHIND_A_WINDOW_MS = 500;
const MOST_BEHIND_MS = 4_000;

/**
 * What the home sends down is what all benches' admins said together, and each word twice; it has a rate as well, because each costs a
 * signature to look at.
 */
const FROM_HOME_TIMES = 5;

/** Goodbyes from over there in a second: a bench that falls silent says none. */
const DEPARTURES_PER_SECOND = 50;

/** A rate in bytes, and in what handing them out costs. */
export class LinkPace {
  readonly #bytes: TokenBucket;
  readonly #work: TokenBucket;

  constructor(limits: Limits, share: number, nowMs: number) {
    const bytes = limits.maxRoomBytesPerSecond * share;
    const work = limits.maxBytesPerSecond * ROOM_WORK_SHARE * share;
    this.#bytes = new TokenBucket(bytes, bytes * ROOM_BURST_SECONDS, nowMs);
    this.#work = new TokenBucket(work, work * WORK_BURST_SECONDS, nowMs);
  }

  spend(lengthBytes: number, readers: number, nowMs: number): void {
    this.#bytes.spend(lengthBytes, nowMs);
    this.#work.spend(lengthBytes * (WORK_OF_READING + readers), nowMs);
  }

  waitMs(nowMs: number): number {
    return Math.max(this.#bytes.waitMs(nowMs), this.#work.waitMs(nowMs));
  }
}

/** The pace of all links of a room together. */
export function newLinksPace(limits: Limits, nowMs: number): LinkPace {
  return new LinkPace(limits, LINKS_SHARE, nowMs);
}

/** One link, as its room bears it. */
export class LinkLine {
  readonly #all: LinkPace;
  readonly #own: LinkPace;
  readonly #adminCommands: TokenBucket;
  readonly #fromHome: TokenBucket;
  readonly #departures: TokenBucket;

  /** `all` is what the room's links have together. */
  constructor(limits: Limits, all: LinkPace, nowMs: number) {
    this.#all = all;
    this.#own = new LinkPace(limits, OWN_SHARE, nowMs);
    this.#adminCommands = new TokenBucket(ADMIN_COMMANDS_PER_SECOND, ADMIN_COMMANDS_BURST, nowMs);
    this.#fromHome = new TokenBucket(
      FROM_HOME_TIMES * ADMIN_COMMANDS_PER_SECOND,
      FROM_HOME_TIMES * ADMIN_COMMANDS_BURST,
      nowMs,
    );
    this.#departures = new TokenBucket(DEPARTURES_PER_SECOND, MOST_MEMBERS, nowMs);
  }

  /** Counts a box that came into a room with so many links, and says whether it is handed out. */
  takeBox(lengthBytes: number, readers: number, links: number, nowMs: number): boolean {
    const mostMs = Math.min(MOST_BEHIND_MS, (links + 1) * BEHIND_A_WINDOW_MS);
    if (this.#all.waitMs(nowMs) > mostMs && this.#own.waitMs(nowMs) > 0) return false;
    this.#all.spend(lengthBytes, readers, nowMs);
    this.#own.spend(lengthBytes, readers, nowMs);
    return true;
  }

  /** Whether the other bench is to wait before it sends more large boxes. */
  mustWait(nowMs: number): boolean {
    return this.#all.waitMs(nowMs) > 0 && this.#own.waitMs(nowMs) > 0;
  }

  takeAdminCommand(isFromHome: boolean, nowMs: number): boolean {
    return (isFromHome ? this.#fromHome : this.#adminCommands).take(1, nowMs);
  }

  takeDeparture(nowMs: number): boolean {
    return this.#departures.take(1, nowMs);
  }
}
