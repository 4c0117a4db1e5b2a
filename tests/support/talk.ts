// People who talk, with every message accounted for: each says its name and a number, and at the end it is looked up, for each who
// spoke and each who listened, what arrived, how often, in which order, and what was announced as missing. In memory and on
// real benches alike: it needs nothing but stays.

import type { RoomStay } from "../../lib/session/session.ts";
import type { Notice } from "../../lib/session/view_state.ts";

/** Somebody in the room, with a name that nobody else has. */
export interface Talker {
  readonly name: string;
  /** Number of the bench. */
  readonly bench: number;
  readonly stay: RoomStay;
}

/** What one person got of another. */
export interface Heard {
  /** The numbers that arrived, in the order of their arrival. */
  readonly numbers: readonly number[];
  /** How many were announced as missing. */
  readonly missing: number;
}

/** Lines that an honest room never shows, whatever happened to its links. */
const NEVER: readonly Notice["kind"][] = ["forged", "repeated", "unreadable", "newer-kind"];

/** All that was said in one room. */
export class Talk {
  readonly #said = new Map<string, number>();

  /** How much somebody said. */
  saidBy({ name }: Talker): number {
    return this.#said.get(name) ?? 0;
  }

  /** The next message. Throws when the tab does not take it. */
  say(talker: Talker): void {
    const number = this.saidBy(talker) + 1;
    if (!talker.stay.sendText(`${talker.name} ${number}`)) throw new Error("it cannot say more");
    this.#said.set(talker.name, number);
  }

  sayAll(talkers: readonly Talker[]): void {
    for (const talker of talkers) this.say(talker);
  }

  /** What `listener` shows of `speaker`. */
  heard(listener: Talker, speaker: Talker): Heard {
    const { memberId } = speaker.stay.view.me!;
    const numbers: number[] = [];
    let missing = 0;
    for (const item of listener.stay.view.log) {
      if (item.tag === "text" && item.author.memberId === memberId) {
        numbers.push(Number(item.text.slice(speaker.name.length + 1)));
      }
      if (item.tag !== "notice" || item.notice.kind !== "gap") continue;
      if (item.notice.who.memberId === memberId) missing += item.notice.count;
    }
    return { numbers, missing };
  }

  /**
   * What is not as it must be, in words: something twice, out of order, lost without a word, or counted as lost too often; between
   * two on one bench anything lost at all, unless that bench was gone (`isLocalLossless` is false).
   */
  wrongs(talkers: readonly Talker[], isLocalLossless = true): readonly string[] {
    const wrongs: string[] = [];
    for (const listener of talkers) {
      for (const item of listener.stay.view.log) {
        if (item.tag === "notice" && NEVER.includes(item.notice.kind)) {
          wrongs.push(`${listener.name} was shown: ${item.notice.kind}`);
        }
      }
      for (const speaker of talkers) {
        const said = this.saidBy(speaker);
        const { numbers, missing } = this.heard(listener, speaker);
        const who = `${listener.name} of ${speaker.name}`;
        if (new Set(numbers).size !== numbers.length) wrongs.push(`${who}: something twice`);
        if (numbers.some((number, at) => at > 0 && number <= numbers[at - 1]!)) {
          wrongs.push(`${who}: out of order`);
        }
        if (numbers.length + missing !== said) {
          wrongs.push(`${who}: ${numbers.length} + ${missing} missing of ${said}`);
        }
        if (isLocalLossless && listener.bench === speaker.bench && numbers.length !== said) {
          wrongs.push(`${who}, beside it: ${numbers.length} of ${said}`);
        }
      }
    }
    return wrongs;
  }
}
