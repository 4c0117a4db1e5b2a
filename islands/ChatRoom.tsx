// Everything of /room: the door, the room, and what is said when there is none. Holds the one session of this tab.
// Nothing connects before the Join tap. The session's code is loaded only here, in the browser.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Session } from "../lib/session/contract.ts";
import type { SessionView } from "../lib/session/view_state.ts";
import {
  EnterScreen,
  HomeLink,
  newChime,
  NotLoadedScreen,
  OpeningScreen,
  phaseWords,
  PlainHttpBanner,
  RoomScreen,
  StatusScreen,
  type WayOn,
} from "../lib/ui/mod.ts";

type SessionModule = typeof import("../lib/session/mod.ts");
type RoomPlace = Parameters<SessionModule["startSession"]>[0]["place"];

type Stage =
  | { readonly tag: "opening" }
  | { readonly tag: "not-loaded" }
  | { readonly tag: "no-link" }
  | { readonly tag: "cut-off"; readonly have: number; readonly want: number }
  | { readonly tag: "door"; readonly place: RoomPlace }
  | { readonly tag: "inside"; readonly place: RoomPlace; readonly name: string };

/** Props are the bench's to say: where its source is, and whether it knows that this page came over plain http. */
export interface ChatRoomProps {
  readonly sourceUrl: string;
  readonly plainHttp?: boolean;
}

/** The one island of a room. */
export default function ChatRoom({ sourceUrl, plainHttp = false }: ChatRoomProps): JSX.Element {
  const stage = useSignal<Stage>({ tag: "opening" });
  const view = useSignal<SessionView | null>(null);
  const isPlain = useSignal(plainHttp);
  const code = useRef<SessionModule | null>(null);
  const session = useRef<Session | null>(null);
  const stop = useRef<() => void>(() => undefined);
  const wasInside = useRef(false);
  const chime = useMemo(newChime, []);

  async function open(): Promise<void> {
    try {
      code.current ??= await import("../lib/session/mod.ts");
    } catch {
      stage.value = { tag: "not-loaded" };
      return;
    }
    const found = code.current.readPlace();
    switch (found.tag) {
      case "room":
        stage.value = { tag: "door", place: found.place };
        return;
      case "cut-off":
        stage.value = { tag: "cut-off", have: found.have, want: found.want };
        return;
      case "none":
        stage.value = { tag: "no-link" };
    }
  }

  function endStay(): void {
    stop.current();
    session.current?.leave();
    session.current = null;
    view.value = null;
    wasInside.current = false;
  }

  async function enter(place: RoomPlace, name: string): Promise<void> {
    endStay();
    const inside: Stage = { tag: "inside", place, name };
    stage.value = inside;
    const started = await code.current?.startSession({ place, name }).catch(() => null);
    if (stage.value !== inside || !started) {
      started?.leave();
      if (stage.value === inside) stage.value = { tag: "not-loaded" };
      return;
    }
    session.current = started;
    view.value = started.view;
    stop.current = started.subscribe((changed) => {
      view.value = changed;
      const { phase } = changed;
      // The room is over for good, by the admin's own word: its key is of no use to anybody.
      if (phase.tag === "ended" && phase.reason === "deleted-by-admin") {
        code.current?.clearStay(place);
      }
    });
  }

  function leave(): void {
    if (stage.value.tag === "inside") code.current?.clearStay(stage.value.place);
    session.current?.leave();
  }

  function createAnother(): void {
    const made = code.current?.newRoomUrl(location.origin);
    if (made !== undefined) globalThis.open(made.adminUrl, "_blank", "noopener");
  }

  function goOn(way: WayOn): void {
    if (way === "wait") session.current?.waitHere();
    if (way === "reload") location.reload();
    if (way === "again" && stage.value.tag === "inside") {
      void enter(stage.value.place, stage.value.name);
    }
  }

  useEffect(() => {
    isPlain.value = plainHttp || !globalThis.isSecureContext;
    void open();
    // Another link pasted into the address bar of this tab loads nothing by itself.
    const onOtherLink = (): void => {
      if (location.hash.length <= 1) return;
      endStay();
      stage.value = { tag: "opening" };
      void open();
    };
    addEventListener("hashchange", onOtherLink);
    return () => {
      removeEventListener("hashchange", onOtherLink);
      endStay();
      chime.close();
    };
  }, []);

  const now = stage.value;
  switch (now.tag) {
    case "opening":
      return (
        <OpeningScreen
          whyScripts="BenchTalks seals everything in your browser, so it needs JavaScript."
          sourceUrl={sourceUrl}
        />
      );
    case "not-loaded":
      return <NotLoadedScreen sourceUrl={sourceUrl} />;
    case "no-link":
      return (
        <StatusScreen
          heading="This link has no key"
          lines={[
            "A room's link has a long code after a #. Here there is none.",
            "Ask for the whole link, or make a room of your own.",
          ]}
          sourceUrl={sourceUrl}
        >
          <HomeLink primary />
        </StatusScreen>
      );
    case "cut-off":
      return (
        <StatusScreen
          heading={now.have < now.want ? "This link is cut off" : "This link is not whole"}
          lines={[
            now.have < now.want
              ? `This link is cut off: ${now.have} of ${now.want} characters arrived.`
              : "A character of this link changed on its way, or one too many came along.",
            "Some apps break long links. Ask for it again, best as a file, a code to scan, or on one line.",
          ]}
          sourceUrl={sourceUrl}
        >
          <HomeLink primary />
        </StatusScreen>
      );
    case "door": {
      const { suggestName, rememberedName, rememberName, cleanName } = code.current!;
      return (
        <EnterScreen
          firstName={rememberedName() ?? suggestName()}
          isAdmin={now.place.isAdmin}
          plainHttp={isPlain.value}
          sourceUrl={sourceUrl}
          suggestName={suggestName}
          cleanName={cleanName}
          onJoin={(name) => {
            chime.unlock();
            rememberName(name);
            void enter(now.place, name);
          }}
        />
      );
    }
    case "inside": {
      const phase = view.value?.phase ?? { tag: "connecting" };
      wasInside.current ||= phase.tag === "live";
      // Who comes back keeps the room, and what they were writing, before their eyes.
      const hasBanner = phase.tag === "connecting" || phase.tag === "waiting-for-tap";
      const words = wasInside.current && hasBanner ? null : phaseWords(phase);
      if (words === null && view.value !== null && session.current !== null) {
        return (
          <RoomScreen
            view={view.value}
            session={session.current}
            chime={chime}
            plainHttp={isPlain.value}
            sourceUrl={sourceUrl}
            onLeave={leave}
            onCreate={createAnother}
          />
        );
      }
      return (
        <StatusScreen
          heading={words?.heading ?? ""}
          lines={words?.lines ?? []}
          busy={words?.busy ?? true}
          sourceUrl={sourceUrl}
        >
          {words === null || words.wayOn === null ? null : (
            <button
              type="button"
              class="button button-main"
              onClick={() => goOn(words.wayOn)}
            >
              {words.button}
            </button>
          )}
          {phase.tag === "connecting" ? null : <HomeLink primary={words?.wayOn === null} />}
          {isPlain.value ? <PlainHttpBanner /> : null}
        </StatusScreen>
      );
    }
  }
}
