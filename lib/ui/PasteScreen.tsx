// /pair without a link: a box to paste one into. Nothing is sent; what was pasted is read in this tab.

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { labelOf } from "./bench_words.ts";
import { BenchPicture } from "./BenchPicture.tsx";
import { PageFoot } from "./PageFoot.tsx";

/** `word` is what was wrong with the last one. */
export function PasteScreen(
  { word, benchId, sourceUrl, onPaste }: {
    readonly word: string;
    readonly benchId: string;
    readonly sourceUrl: string;
    readonly onPaste: (text: string) => void;
  },
): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  return (
    <div class="page">
      <main class="status-main">
        <BenchPicture />
        <form
          class="card wide-card"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            onPaste(field.current?.value ?? "");
            field.current?.focus();
          }}
        >
          <h1>Pair this bench</h1>
          <p>
            The admin of a room on another bench makes a pairing link for this one,{" "}
            <bdi class="bench-name">{labelOf(benchId)}</bdi>. It works once, for five minutes.
          </p>
          <div>
            <label class="field-label" for="pairing">Pairing link or code</label>
            <div class="field-row">
              <input
                ref={field}
                id="pairing"
                class="text-field code"
                type="text"
                placeholder="Paste it here"
                aria-describedby="pairing-word"
                aria-invalid={word === "" ? "false" : "true"}
                autocomplete="off"
                autocapitalize="off"
                spellcheck={false}
                dir="ltr"
              />
              <button type="submit" class="button button-main">Go on</button>
            </div>
            <p class="field-word field-word-bad" id="pairing-word" role="status">{word}</p>
          </div>
          <p class="quiet">
            Nothing happens yet: first you see who asks. For that admin, this bench's own id stands
            on the page <a href="./bench">This bench</a>.
          </p>
        </form>
      </main>
      <PageFoot sourceUrl={sourceUrl} />
    </div>
  );
}
