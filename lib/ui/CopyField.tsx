// A read-only line of text with a button that copies it, and a word on whether that worked.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { copyFrom } from "./copy_text.ts";
import { CheckIcon, CopyIcon } from "./icons.tsx";

/** How long "copied" stands there. */
const COPIED_MS = 4_000;

/** `label` is the name of the text box, `button` that of the button. */
export function CopyField(
  { name, label, button, text, autofocus = false, disabled = false }: {
    readonly name: string;
    readonly label: string;
    readonly button: string;
    readonly text: string;
    readonly autofocus?: boolean;
    /** The button cannot answer yet. */
    readonly disabled?: boolean;
  },
): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const outcome = useSignal<"none" | "copied" | "by-hand">("none");
  useEffect(() => () => clearTimeout(timer.current), []);

  async function copy(): Promise<void> {
    if (field.current === null) return;
    clearTimeout(timer.current);
    const copied = await copyFrom(field.current);
    outcome.value = copied ? "copied" : "by-hand";
    if (copied) timer.current = setTimeout(() => outcome.value = "none", COPIED_MS);
  }

  return (
    <div class="copy-field">
      <label class="field-label" for={`${name}-text`}>{label}</label>
      <div class="field-row">
        <input
          ref={field}
          id={`${name}-text`}
          class="text-field code"
          type="text"
          readOnly
          value={text}
          spellcheck={false}
          autocomplete="off"
          dir="ltr"
          onFocus={(event) => event.currentTarget.select()}
        />
        <button
          type="button"
          class="button"
          onClick={copy}
          autofocus={autofocus}
          disabled={disabled}
        >
          {outcome.value === "copied" ? <CheckIcon /> : <CopyIcon />}
          {button}
        </button>
      </div>
      <p class="field-word" role="status">
        {outcome.value === "copied"
          ? "Copied."
          : outcome.value === "by-hand"
          ? "This browser did not let the page copy. The text is selected: copy it yourself."
          : ""}
      </p>
    </div>
  );
}
