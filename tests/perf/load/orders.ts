// What the measuring process asks of the load generator, and what it answers: one JSON text a line, on standard input and output.

import type { Plan } from "./run.ts";
import type { Target } from "./target.ts";

/** One thing to do. Rooms are named by the numbers that `open` answered. */
export type Order =
  /** Makes rooms and lets their members in, so many at once. */
  | {
    readonly tag: "open";
    readonly target: Target;
    readonly rooms: number;
    readonly members: number;
    readonly atOnce: number;
  }
  /** The same plan in each of the rooms at once. */
  | { readonly tag: "say"; readonly rooms: readonly number[]; readonly plan: Plan }
  | { readonly tag: "leave"; readonly rooms: readonly number[] };

/** What was said and heard, all rooms of the order together. */
export interface Said {
  readonly sent: number;
  readonly deliveries: number;
  readonly tookMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Deliveries that the two figures above come from. */
  readonly samples: number;
}

/** Answers by the order's tag. */
export interface Answers {
  readonly open: { readonly rooms: readonly number[]; readonly tookMs: number };
  readonly say: Said;
  readonly leave: null;
}

/** A line to the generator. */
export interface OrderLine {
  readonly id: number;
  readonly order: Order;
}

/** A line from it. `failed` says what the generator saw that should not be. */
export type AnswerLine =
  | { readonly id: number; readonly tag: "done"; readonly answer: Answers[keyof Answers] }
  | { readonly id: number; readonly tag: "failed"; readonly why: string };
