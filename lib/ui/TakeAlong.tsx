// For a pairing link on the wrong bench: the address of the right one, to which this tab takes the link. Stands inside the
// form of /pair, so it is none itself.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

/** `onTakeAlong` answers what is wrong with the address; "" when the tab goes there. */
export function TakeAlong(
  { onTakeAlong }: { readonly onTakeAlong: (address: string) => string },
): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const word = useSignal("");
  function go(): void {
    word.value = onTakeAlong(field.current?.value ?? "");
    if (word.value !== "") field.current?.focus();
  }
  return (
    <div>
      <label class="field-label" for="own-bench">Address of your bench</label>
      <div class="field-row field-row-wraps">
        <input
          ref={field}
          id="own-bench"
          class="text-field"
          type="text"
          inputMode="url"
          placeholder="https://"
          aria-describedby="own-bench-word"
          aria-invalid={word.value === "" ? "false" : "true"}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={256}
          dir="ltr"
          onInput={() => word.value = ""}
          onKeyDown={(event) => {
            // Enter would press the form's own button, which accepts.
            if (event.key !== "Enter") return;
            event.preventDefault();
            go();
          }}
        />
        <button type="button" class="button" onClick={go}>Take it there</button>
      </div>
      <p class="field-word field-word-bad" id="own-bench-word" aria-live="polite">{word.value}</p>
    </div>
  );
}
