// The admin's commands, given and received by a tab. What the bench relays is believed only under the admin's signature, for
// this instance of the room, and above every counter seen. Rules: lib/wire/PROTOCOL.md section 5, [A1] to [A8].

import type { RoomKeys } from "../crypto/mod.ts";
import {
  ADMIN_OP,
  checkAdminCommand,
  newAdminCommand,
  nextAdminCtr,
  type Signer,
  verifyWithNacl,
} from "../proof/mod.ts";
import { type AdminAnswer, type Bytes, encodeAdminCommand, equalBytes } from "../wire/mod.ts";
import type { ActResult } from "./contract.ts";
import type { World } from "./world.ts";

/** How far the admin's clock may be behind ours: what was signed longer before we came is no news [A7]. */
const ADMIN_CLOCK_SLACK_MS = 10 * 60_000;
const ANSWER_WITHIN_MS = 5_000;

/** What admin acts are made with. `admin` is `null` in everybody's tab but the admin's. */
export interface AdminActsOptions {
  readonly world: World;
  readonly keys: RoomKeys;
  readonly admin: Signer | null;
  readonly send: (frame: Bytes) => boolean;
}

/** What a relayed command turned out to be. */
export type Relayed = "deleted" | "made-public" | "forged" | "repeated" | "other";

/** Admin acts of one stay, over all its connections. */
export class AdminActs {
  readonly #options: AdminActsOptions;
  #roomNonce: Bytes | null = null;
  /** The highest counter the bench named: for the next own command only, it proves nothing. */
  #benchCtr = 0;
  /** The highest counter in a command that the admin signed, or what a clock this far behind would have signed [A7]. */
  #signedCtr = 0;
  #saidDelete = false;
  #onAnswer: ((answer: AdminAnswer | null) => void) | null = null;
  /** Acts go one after the other: the bench's answer does not say which it is to. */
  #row: Promise<unknown> = Promise.resolve();

  constructor(options: AdminActsOptions) {
    this.#options = options;
  }

  /** Whether the admin's own signed word ended this room. */
  get saidDelete(): boolean {
    return this.#saidDelete;
  }

  /** Joined. Returns whether this is the instance of the room that we knew. */
  onLive(roomNonce: Bytes, lastAdminCtr: number): boolean {
    const isSameInstance = this.#roomNonce !== null && equalBytes(this.#roomNonce, roomNonce);
    // The nonce is the bench's to draw, and it could draw an old one again; the admin's clock cannot be set by it.
    if (!isSameInstance) {
      const leastCtr = Math.floor(this.#options.world.wallMs()) - ADMIN_CLOCK_SLACK_MS;
      this.#signedCtr = Math.max(this.#signedCtr, leastCtr);
    }
    this.#roomNonce = roomNonce;
    this.#benchCtr = lastAdminCtr;
    return isSameInstance;
  }

  /** Whether the admin signed that this instance of the room is public [A8]. It may have been long ago. */
  isPublicFrame(frame: Uint8Array): boolean {
    const { roomId, adminFp } = this.#options.keys;
    if (this.#roomNonce === null) return false;
    const binding = { roomId, adminFp, roomNonce: this.#roomNonce, lastAdminCtr: 0 };
    const verdict = checkAdminCommand(frame, binding, verifyWithNacl);
    return verdict.ok && verdict.command.op === ADMIN_OP.makePublic;
  }

  onDown(): void {
    this.#onAnswer?.(null);
  }

  /** The bench said what became of our command. */
  onBenchAnswer(answer: AdminAnswer): void {
    this.#benchCtr = answer.lastAdminCtr;
    this.#onAnswer?.(answer);
  }

  /** Judges a command that the bench relayed; it checked itself, so what does not hold did not come from the admin. */
  onRelayed(frame: Uint8Array): Relayed {
    const { roomId, adminFp } = this.#options.keys;
    if (this.#roomNonce === null) return "forged";
    const binding = { roomId, adminFp, roomNonce: this.#roomNonce, lastAdminCtr: this.#signedCtr };
    const verdict = checkAdminCommand(frame, binding, verifyWithNacl);
    if (!verdict.ok) return verdict.reason === "stale" ? "repeated" : "forged";
    this.#signedCtr = verdict.command.ctr;
    switch (verdict.command.op) {
      case ADMIN_OP.delete:
        this.#saidDelete = true;
        return "deleted";
      case ADMIN_OP.makePublic:
        return "made-public";
      default:
        return "other";
    }
  }

  /** Deletes the room. `false` when this is not the admin's tab, or the bench did not take it. */
  async deleteRoom(): Promise<boolean> {
    const { ok } = await this.act(ADMIN_OP.delete);
    return ok || this.#saidDelete;
  }

  /** Signs a command, sends it, and waits for what the bench says. */
  act(op: number, args: Uint8Array = new Uint8Array(0)): Promise<ActResult> {
    const acted = this.#row.then(async (): Promise<ActResult> => {
      const first = await this.#actOnce(op, args);
      // Another tab with the admin's key, or a clock set back: the bench said its last counter, so once more [A3].
      const answer = first?.refusal === "stale" ? await this.#actOnce(op, args) : first;
      if (answer === null) return { ok: false, reason: "no-answer" };
      return answer.refusal === null ? { ok: true } : { ok: false, reason: answer.refusal };
    });
    this.#row = acted;
    return acted;
  }

  async #actOnce(op: number, args: Uint8Array): Promise<AdminAnswer | null> {
    const { world, keys, admin, send } = this.#options;
    if (admin === null || this.#roomNonce === null) return null;
    const ctr = nextAdminCtr(world.wallMs(), Math.max(this.#benchCtr, this.#signedCtr));
    const binding = { roomId: keys.roomId, roomNonce: this.#roomNonce };
    const command = await newAdminCommand(admin, binding, ctr, op, args);
    return await new Promise((resolve) => {
      const finish = (answer: AdminAnswer | null) => {
        // A late yes to a former command is none to this one.
        if (answer !== null && answer.refusal === null && answer.lastAdminCtr !== ctr) return;
        this.#onAnswer = null;
        cancel();
        resolve(answer);
      };
      const cancel = world.after(ANSWER_WITHIN_MS, () => finish(null));
      this.#onAnswer = finish;
      if (!send(encodeAdminCommand(command))) finish(null);
    });
  }
}
