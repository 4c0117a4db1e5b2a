// Everything of /pair: a pairing link read from the address or pasted, the one tap that accepts it, and what became of
// it. Nothing connects before that tap. The session's code is loaded only here, in the browser.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Federation } from "../lib/ui/BenchPage.tsx";
import { NotLoadedScreen, OpeningScreen } from "../lib/ui/LoadScreens.tsx";
import { HomeLink, StatusScreen } from "../lib/ui/StatusScreen.tsx";
import { PairScreen, type PairStep } from "../lib/ui/PairScreen.tsx";
import { PasteScreen } from "../lib/ui/PasteScreen.tsx";

type SessionModule = typeof import("../lib/session/mod.ts");
type Invitation = Parameters<SessionModule["acceptInvitation"]>[0]["invitation"];

type Stage =
  | { readonly tag: "opening" }
  | { readonly tag: "not-loaded" }
  | { readonly tag: "asking"; readonly word: string }
  | { readonly tag: "cut-off" }
  | { readonly tag: "reading"; readonly invitation: Invitation };

/** Props are the bench's to say. */
export interface PairBenchProps {
  readonly sourceUrl: string;
  /** Full id of this bench. */
  readonly benchId: string;
  readonly federation: Federation;
  readonly isPairingOn: boolean;
  readonly asksOperatorToken: boolean;
}

/** The one island of /pair. */
export default function PairBench(props: PairBenchProps): JSX.Element {
  const { sourceUrl } = props;
  const stage = useSignal<Stage>({ tag: "opening" });
  const step = useSignal<PairStep>({ tag: "asking", word: "" });
  const isPlain = useSignal(false);
  const code = useRef<SessionModule | null>(null);

  function read(invitation: Invitation): void {
    step.value = { tag: "asking", word: "" };
    stage.value = { tag: "reading", invitation };
  }

  async function open(): Promise<void> {
    try {
      code.current ??= await import("../lib/session/mod.ts");
    } catch {
      stage.value = { tag: "not-loaded" };
      return;
    }
    const found = code.current.readInvitation();
    if (found.tag === "invitation") read(found.invitation);
    else stage.value = found.tag === "cut-off" ? found : { tag: "asking", word: "" };
  }

  function onPaste(text: string): void {
    if (text.trim() === "") {
      stage.value = { tag: "asking", word: "Paste a pairing link here, or the code after its #." };
      return;
    }
    const found = code.current!.parseInvitation(text);
    if (found.tag === "invitation") return read(found.invitation);
    stage.value = {
      tag: "asking",
      word: found.tag === "cut-off"
        ? "This link is cut off: some of it is missing. Ask for it again."
        : "This is not a pairing link, nor the code of one.",
    };
  }

  async function accept(invitation: Invitation, operatorToken: string): Promise<void> {
    if (step.value.tag === "working") return;
    if (props.asksOperatorToken && operatorToken === "") {
      step.value = { tag: "asking", word: "This bench asks for its operator token as well." };
      return;
    }
    const working: PairStep = { tag: "working" };
    step.value = working;
    const result = await code.current!.acceptInvitation({ invitation, operatorToken })
      .catch(() => ({ ok: false, reason: "no-connection" }) as const);
    // Another link may have been opened in this tab meanwhile.
    if (step.value === working) step.value = { tag: "over", result };
  }

  /** Answers what is wrong with the address, or goes there. */
  function takeAlong(invitation: Invitation, address: string): string {
    const origin = code.current!.parseBenchOrigin(address);
    if (origin === null) {
      return "This is no address of a bench. One looks like https://bench.example";
    }
    code.current!.goToPairingOn(origin, invitation);
    return "";
  }

  useEffect(() => {
    isPlain.value = !globalThis.isSecureContext;
    void open();
    // Another link pasted into the address bar of this tab loads nothing by itself.
    const onOtherLink = (): void => {
      if (location.hash.length > 1) void open();
    };
    addEventListener("hashchange", onOtherLink);
    return () => removeEventListener("hashchange", onOtherLink);
  }, []);

  const now = stage.value;
  switch (now.tag) {
    case "opening":
      return (
        <OpeningScreen
          whyScripts="Pairing is done by your browser, so it needs JavaScript from this bench."
          sourceUrl={sourceUrl}
        />
      );
    case "not-loaded":
      return <NotLoadedScreen sourceUrl={sourceUrl} />;
    case "cut-off":
      return (
        <StatusScreen
          heading="This pairing link is cut off"
          lines={[
            "Some of it is missing, or a character changed on its way.",
            "Some apps break long links. Ask for it again, best on one line.",
          ]}
          sourceUrl={sourceUrl}
        >
          <HomeLink primary />
        </StatusScreen>
      );
    case "asking":
      return (
        <PasteScreen
          word={now.word}
          benchId={props.benchId}
          sourceUrl={sourceUrl}
          onPaste={onPaste}
        />
      );
    case "reading":
      return (
        <PairScreen
          {...props}
          key={now.invitation.code}
          hubId={now.invitation.hubId}
          hasRoomKey={now.invitation.roomToken !== ""}
          plainHttp={isPlain.value}
          step={step.value}
          onAccept={(operatorToken) => void accept(now.invitation, operatorToken)}
          onTakeAlong={(address) => takeAlong(now.invitation, address)}
        />
      );
  }
}
