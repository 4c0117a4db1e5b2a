// The start page's island: makes a room, in this browser alone, or goes to one whose link or code is pasted.
// Nothing here talks to the bench. Its buttons wait until the page's own code is there to answer them.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

type Answer =
  | { readonly tag: "none" }
  | { readonly tag: "word"; readonly text: string }
  | { readonly tag: "other-bench"; readonly url: string };

const loadSession = () => import("../lib/session/mod.ts");

/** "Create a room", and the box for a link or code. */
export default function CreateRoom(): JSX.Element {
  const isReady = useSignal(false);
  const answer = useSignal<Answer>({ tag: "none" });
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    isReady.value = true;
    // Fetched ahead, so that the first tap answers at once.
    void loadSession().catch(() => undefined);
  }, []);

  async function create(): Promise<void> {
    try {
      const session = await loadSession();
      session.newRoomUrl(location.origin).go();
    } catch {
      answer.value = { tag: "word", text: "This page could not load its parts. Load it again." };
    }
  }

  async function join(event: Event): Promise<void> {
    event.preventDefault();
    const text = field.current?.value.trim() ?? "";
    if (text === "") {
      answer.value = { tag: "word", text: "Paste a room's link here, or the code after its #." };
      field.current?.focus();
      return;
    }
    try {
      const session = await loadSession();
      answer.value = answerTo(session.goToCode(text));
    } catch {
      answer.value = { tag: "word", text: "This page could not load its parts. Load it again." };
    }
  }

  return (
    <div class="create-room">
      <button
        type="button"
        class="button button-main button-large"
        disabled={!isReady.value}
        onClick={create}
      >
        Create a room
      </button>
      <form class="paste-form" onSubmit={join} noValidate>
        <label class="field-label" for="paste">Room link or code</label>
        <div class="field-row">
          <input
            ref={field}
            id="paste"
            class="text-field"
            type="text"
            placeholder="Paste it here"
            aria-describedby="paste-word"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            dir="ltr"
            onInput={() => answer.value = { tag: "none" }}
          />
          <button type="submit" class="button" disabled={!isReady.value}>Join</button>
        </div>
        <p class="field-word" id="paste-word" role="status">
          {answer.value.tag === "word" ? answer.value.text : null}
          {answer.value.tag === "other-bench"
            ? (
              <>
                This link belongs to another bench:{" "}
                <a href={answer.value.url} rel="noopener noreferrer">
                  go to {new URL(answer.value.url).host}
                </a>
              </>
            )
            : null}
        </p>
      </form>
      <noscript>
        <p class="field-word">
          BenchTalks seals everything in your browser, so it needs JavaScript from this bench.
        </p>
      </noscript>
    </div>
  );
}

function answerTo(
  result: ReturnType<Awaited<ReturnType<typeof loadSession>>["goToCode"]>,
): Answer {
  if (result.ok) return { tag: "none" };
  if (result.reason === "cut-off") {
    return { tag: "word", text: "This link is cut off: some of it is missing. Ask for it again." };
  }
  if (result.reason === "other-bench" && isWebAddress(result.url)) {
    return { tag: "other-bench", url: result.url };
  }
  return { tag: "word", text: "This is not a room's link, nor the code of one." };
}

/** Whether it may stand in an ordinary link: a pasted text may say javascript: as well. */
function isWebAddress(url: string | undefined): url is string {
  return url !== undefined && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
