// Meeting and being met: our nonce, who is answered when, and whether content may go out yet. It speaks in presences alone and
// shows nothing; the roster keeps what it learns. Rules: lib/wire/PROTOCOL.md section 4, "Freshness", [F1] to [F13].

import { MAX_ECHOES } from "../crypto/mod.ts";
import { encodeBase64url, type MemberId } from "../wire/mod.ts";
import type { Roster } from "./roster.ts";
import type { Sender } from "./sender.ts";
import type { World } from "./world.ts";

/** Answers to presences are gathered for between these, so that a join costs a frame a member [F2]. */
const GATHER_LEAST_MS = 50;
const GATHER_MOST_MS = 250;
/** Answers that go to single members rather than to all [F2]. */
const MAX_SINGLE_ANSWERS = 3;
/** Content waits this long at most for everybody to have met us [F12]. */
const SETTLE_AT_MOST_MS = 1_500;
/** The same where the room began anew and forms again: who comes back a moment later is to get it too. */
const REFORM_AT_MOST_MS = 8_000;
/** Who is known there says that it is still here within this, so that a room does not speak all at once [F13]. */
const STILL_HERE_WITHIN_MS = 2_000;
/**
 * When not everybody the bench counts has answered, ask again after these [F4]. The last is for those on other benches: a link that hands on
 * nothing for longer than that is known to be down, and then it is back [F13].
 */
const ASK_AGAIN_AFTER_MS = [3_000, 9_000, 35_000] as const;

/** What introductions are made with. */
export interface IntroductionsOptions {
  readonly world: World;
  readonly roster: Roster;
  readonly sender: Pick<
    Sender,
    "sendPresence" | "open" | "hold" | "sparePresences" | "presenceWaitMs"
  >;
  readonly name: string;
  /** How many the bench counts, this tab included. */
  readonly headCount: () => number;
  /** Runs later unless the connection is lost before. */
  readonly after: (delayMs: number, run: () => void) => void;
}

/** The introductions of one stay, over all its connections. */
export class Introductions {
  readonly #options: IntroductionsOptions;
  #nonce: string;
  #isLive = false;
  #isGathering = false;
  #isSettled = false;
  #isReforming = false;
  /** How many the bench counted when the last connection was lost. */
  #countBefore = 1;
  /** How many did not introduce themselves in time and are waited for no longer. */
  #strangersPassed = 0;

  constructor(options: IntroductionsOptions) {
    this.#options = options;
    this.#nonce = this.#newNonce();
  }

  /** What makes a sender live for us when it echoes it [F3]. */
  get nonce(): string {
    return this.#nonce;
  }

  /**
   * Joined: a new nonce, and hello to everybody who may be here [F11]. `isReforming`: we were in this room, and on the
   * bench it is another instance now, so the others have to come back as well.
   */
  onLive(isReforming: boolean): void {
    const { after } = this.#options;
    this.#isLive = true;
    this.#isSettled = false;
    this.#isReforming = isReforming;
    this.#strangersPassed = 0;
    this.#nonce = this.#newNonce();
    this.#greetAll(false);
    this.#askAgainLater();
    after(isReforming ? REFORM_AT_MOST_MS : SETTLE_AT_MOST_MS, () => this.#settle());
    this.#settleIfMet();
  }

  /**
   * Another bench carries the room, or is heard again. `hasMet`: it was there when we greeted last, so who sits there knows us and
   * is only told that we are still here; else we have to meet [F13].
   */
  onFarBench(hasMet: boolean): void {
    if (!this.#isLive) return;
    const { world, after } = this.#options;
    if (hasMet) {
      return after(world.isHidden() ? 0 : STILL_HERE_WITHIN_MS * world.chance(), () => {
        this.repeatPresence();
      });
    }
    this.#greetAll(false);
    this.#askAgainLater();
  }

  #askAgainLater(): void {
    const { roster, after } = this.#options;
    for (const delayMs of ASK_AGAIN_AFTER_MS) {
      after(delayMs, () => {
        if (roster.liveHereCount() < this.#options.headCount() - 1) this.#greetAll(true);
      });
    }
  }

  onDown(): void {
    if (this.#isLive) this.#countBefore = this.#options.headCount();
    this.#isLive = false;
    this.#isGathering = false;
  }

  /** The roster learned something: answer whom it wants answered, after a moment in which others gather [F2]. */
  onPresence(): void {
    const { roster, world, after } = this.#options;
    if (roster.hasAnswers && !this.#isGathering) {
      this.#isGathering = true;
      const spreadMs = GATHER_MOST_MS - GATHER_LEAST_MS;
      after(
        world.isHidden() ? 0 : GATHER_LEAST_MS + spreadMs * world.chance(),
        () => this.#answer(),
      );
    }
    this.#settleIfMet();
  }

  /**
   * The bench counts anew. Somebody came: what is said before we have met would be unproven to them, so it waits.
   * Who does not introduce itself in time is passed over, and makes nobody wait again [F12].
   */
  onHeadCount(): void {
    const { sender, after } = this.#options;
    const strangers = this.#strangers();
    this.#strangersPassed = Math.min(this.#strangersPassed, strangers);
    if (this.#isSettled && strangers > this.#strangersPassed) {
      this.#isSettled = false;
      sender.hold();
      after(SETTLE_AT_MOST_MS, () => this.#settle());
    }
    this.#settleIfMet();
  }

  /** Says again how far our content is, so that a dropped last message shows [F9]. */
  repeatPresence(): void {
    this.#sendPresence(null, [], false);
  }

  /** The roster forgot everybody: under a new nonce all prove freshness again [F8]. */
  onRosterForgotten(): void {
    this.#nonce = this.#newNonce();
    this.#sendPresence(null, [], true);
  }

  #greetAll(asksAgain: boolean): void {
    this.#sendPresence(null, this.#options.roster.knownNonces(MAX_ECHOES), asksAgain);
  }

  #sendPresence(to: MemberId | null, echoes: readonly string[], asksAgain: boolean): void {
    const { sender, name } = this.#options;
    sender.sendPresence({ to, nonce: this.#nonce, name, echoes, asksAgain });
  }

  #answer(): void {
    const { sender, after } = this.#options;
    if (sender.sparePresences === 0) return after(sender.presenceWaitMs, () => this.#answer());
    this.#isGathering = false;
    const answers = this.#options.roster.takeAnswers();
    if (answers.length > Math.min(MAX_SINGLE_ANSWERS, sender.sparePresences)) {
      for (let at = 0; at < answers.length; at += MAX_ECHOES) {
        this.#sendPresence(
          null,
          answers.slice(at, at + MAX_ECHOES).map(({ nonce }) => nonce),
          false,
        );
      }
    } else {
      for (const { memberId, nonce } of answers) this.#sendPresence(memberId, [nonce], false);
    }
    this.#settleIfMet();
  }

  /** How many the bench counts whom we have not met. */
  #strangers(): number {
    return Math.max(0, this.#options.headCount() - 1 - this.#options.roster.metCount());
  }

  /** Content goes out once we have met, and answered, everybody the bench counts; or when time is up [F12]. */
  #settleIfMet(): void {
    const { roster } = this.#options;
    if (this.#isSettled || !this.#isLive || roster.hasAnswers) return;
    const isIncomplete = roster.awayCount() > 0 || this.#options.headCount() < this.#countBefore;
    if (this.#isReforming && isIncomplete) return;
    if (this.#strangers() <= this.#strangersPassed) this.#settle();
  }

  #settle(): void {
    if (this.#isSettled) return;
    this.#strangersPassed = this.#strangers();
    this.#isSettled = true;
    this.#isReforming = false;
    this.#options.sender.open();
  }

  #newNonce(): string {
    return encodeBase64url(this.#options.world.randomBytes(16));
  }
}
