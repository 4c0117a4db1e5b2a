// Where one writes: a text box that grows, a button for pictures, a button to send.
// Enter sends where there is a keyboard; on touch it begins a new line, as every phone does.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { PictureIcon, SendIcon } from "./icons.tsx";
import { hasTouchKeyboard } from "./touch_keyboard.ts";

/** Files that the picker offers. What a file really is, is decided by its first bytes. */
const ACCEPT = "image/jpeg,image/png,image/webp,image/gif";

/** Said, and shown, when a text was not taken. */
export const TOO_LONG_WORDS = "This is too long for one message. Send it in parts.";

/** `send` answers `false` when the text was not taken; it stays in the box then. */
export function Composer(
  { send, onFiles }: {
    readonly send: (text: string) => boolean;
    readonly onFiles: (files: readonly File[]) => void;
  },
): JSX.Element {
  const box = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const text = useSignal("");
  const tooLong = useSignal(false);

  useEffect(() => {
    // On a phone the keyboard would jump up at once.
    if (!hasTouchKeyboard()) box.current?.focus();
  }, []);

  function grow(): void {
    const element = box.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight + 2}px`;
  }

  function submit(event?: Event): void {
    event?.preventDefault();
    const element = box.current;
    // The element, not the signal: a word still being composed is in the element alone.
    const written = element?.value ?? text.value;
    if (written.trim() === "") return;
    if (!send(written)) {
      tooLong.value = true;
      return;
    }
    text.value = "";
    tooLong.value = false;
    if (element === null) return;
    element.value = "";
    grow();
    element.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (hasTouchKeyboard()) return;
    submit(event);
  }

  return (
    <form class="composer" onSubmit={submit}>
      {tooLong.value ? <p class="talk-word talk-word-bad">{TOO_LONG_WORDS}</p> : null}
      <div class="composer-row">
        <button
          type="button"
          class="button-tool"
          aria-label="Attach image"
          title="Attach image"
          onClick={() => picker.current?.click()}
        >
          <PictureIcon />
        </button>
        <input
          ref={picker}
          type="file"
          accept={ACCEPT}
          multiple
          hidden
          tabIndex={-1}
          aria-hidden="true"
          onChange={(event) => {
            const files = Array.from(event.currentTarget.files ?? []);
            // Emptied, so that the same file can be picked again.
            event.currentTarget.value = "";
            if (files.length > 0) onFiles(files);
          }}
        />
        <textarea
          ref={box}
          class="text-field composer-box"
          aria-label="Message"
          placeholder="Say something"
          rows={1}
          dir="auto"
          autocomplete="off"
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            tooLong.value = false;
            grow();
          }}
          onKeyDown={onKeyDown}
        >
        </textarea>
        <button
          type="submit"
          class="button button-main button-send"
          aria-label="Send"
          title="Send"
          // Keeps the focus, and with it a phone's keyboard, in the text box.
          onMouseDown={(event) => event.preventDefault()}
        >
          <SendIcon />
        </button>
      </div>
    </form>
  );
}
