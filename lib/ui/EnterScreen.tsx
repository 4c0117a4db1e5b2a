// The door of a room: asks for a name before anything connects. Its button is also the tap that allows sound.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { hasTouchKeyboard } from "./touch_keyboard.ts";
import { DieIcon } from "./icons.tsx";
import { PageFoot } from "./PageFoot.tsx";
import { PlainHttpBanner } from "./PlainHttpBanner.tsx";
import { BenchPicture } from "./BenchPicture.tsx";

/** `cleanName` answers the name as it would be shown, empty when nothing of it is left. */
export function EnterScreen(
  { firstName, isAdmin, plainHttp, sourceUrl, suggestName, cleanName, onJoin }: {
    readonly firstName: string;
    readonly isAdmin: boolean;
    readonly plainHttp: boolean;
    readonly sourceUrl: string;
    readonly suggestName: () => string;
    readonly cleanName: (text: string) => string;
    readonly onJoin: (name: string) => void;
  },
): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const name = useSignal(firstName);
  const isEmpty = useSignal(false);

  useEffect(() => {
    // On a phone the keyboard would jump up and hide the button.
    if (!hasTouchKeyboard()) field.current?.select();
  }, []);

  function join(event: Event): void {
    event.preventDefault();
    const cleaned = cleanName(name.value);
    if (cleaned === "") {
      isEmpty.value = true;
      field.current?.focus();
      return;
    }
    onJoin(cleaned);
  }

  return (
    <div class="page">
      {plainHttp ? <PlainHttpBanner /> : null}
      <main class="status-main">
        <BenchPicture />
        <form class="card enter-card" onSubmit={join} noValidate>
          <h1>{isAdmin ? "Your room" : "Come and sit down"}</h1>
          <p>
            {isAdmin
              ? "You hold the admin's key of this room. What should the others call you?"
              : "What should the others call you? The bench never learns it."}
          </p>
          <label class="field-label" for="enter-name">Your name</label>
          <div class="field-row">
            <input
              ref={field}
              id="enter-name"
              class="text-field"
              type="text"
              value={name.value}
              onInput={(event) => {
                name.value = event.currentTarget.value;
                isEmpty.value = false;
              }}
              aria-describedby="enter-word"
              aria-invalid={isEmpty.value ? "true" : "false"}
              autocomplete="off"
              spellcheck={false}
              maxLength={128}
              dir="auto"
            />
            <button
              type="button"
              class="button button-square"
              aria-label="Another name"
              title="Another name"
              onClick={() => {
                name.value = suggestName();
                isEmpty.value = false;
              }}
            >
              <DieIcon />
            </button>
          </div>
          <p class="field-word" id="enter-word" role="status">
            {isEmpty.value ? "A name needs at least one letter or sign that can be seen." : ""}
          </p>
          <button type="submit" class="button button-main button-large">Join the room</button>
          <p class="quiet">Nothing has connected yet. Nothing from before you come is kept.</p>
        </form>
      </main>
      <PageFoot sourceUrl={sourceUrl} />
    </div>
  );
}
