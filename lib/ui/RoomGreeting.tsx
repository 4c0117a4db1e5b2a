// What stands at the head of every log: a bench, and the two things worth knowing in a new room.

import type { JSX } from "preact";
import { BenchPicture } from "./BenchPicture.tsx";
import { ShareIcon } from "./icons.tsx";

/** `isAlone` offers the link to share. */
export function RoomGreeting(
  { isAlone, onShare }: { readonly isAlone: boolean; readonly onShare: () => void },
): JSX.Element {
  return (
    <div class={isAlone ? "greeting greeting-alone" : "greeting"}>
      <BenchPicture />
      {isAlone
        ? (
          <>
            <p class="greeting-lead">You have the bench to yourself.</p>
            <button type="button" class="button button-main" onClick={onShare}>
              <ShareIcon />
              Share this room
            </button>
          </>
        )
        : null}
      <p class="quiet">
        Nothing from before you came is kept, and nothing is left when the last one goes.
      </p>
    </div>
  );
}
