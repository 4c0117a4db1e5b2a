// What was thrown on the way to an answer becomes a page of ours with the right status. Nothing of the error itself
// is shown or printed: it may hold anything. It stands outside of all routes, because on genuine Fresh an exception
// may come past the middlewares before a route's error page has seen it.

import { type Context, HttpError, type Middleware } from "fresh";
import { complain } from "./say.ts";
import type { State } from "./state.ts";

/** Draws the page for a status. */
export type DrawFailure = (ctx: Context<State>, status: number) => Response | Promise<Response>;

/** Catches everything that routes and middlewares inside of it throw. */
export function answerFailures(draw: DrawFailure): Middleware<State> {
  return async (ctx) => {
    try {
      return await ctx.next();
    } catch (error) {
      noteFailure(error);
      return await draw(ctx, statusOf(error));
    }
  };
}

/** The status to answer a thrown value with. */
export function statusOf(error: unknown): number {
  return error instanceof HttpError ? error.status : 500;
}

/** Says one line when what was thrown is a fault of ours, and nothing for a stranger's wrong address. */
export function noteFailure(error: unknown): void {
  if (statusOf(error) >= 500) complain("A request failed inside the bench.");
}
