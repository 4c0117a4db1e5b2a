// The room: header, banners, log, composer, people, dialogs and the announcer, joined to one session.
// Holds only what the eye needs (what is open); everything about the room comes from the view.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Session } from "../session/contract.ts";
import type { SessionView } from "../session/view_state.ts";
import { assertNever } from "../wire/mod.ts";
import type { AdminChoice } from "./AdminMenu.tsx";
import { sentencesFor } from "./announce.ts";
import { awayWords } from "./away_words.ts";
import { PARK_AWAY_WORDS, PARK_BACK_WORDS } from "./bench_words.ts";
import { BenchesBar } from "./BenchesBar.tsx";
import type { Chime } from "./chime.ts";
import { Composer, TOO_LONG_WORDS } from "./Composer.tsx";
import { DeleteDialog } from "./DeleteDialog.tsx";
import { CloseIcon, PictureIcon } from "./icons.tsx";
import { ImageViewer } from "./ImageViewer.tsx";
import { InviteDialog } from "./InviteDialog.tsx";
import type { LineActions } from "./LogLine.tsx";
import { MessageLog } from "./MessageLog.tsx";
import { Modal } from "./Modal.tsx";
import { offerNews } from "./offer_words.ts";
import { PeoplePanel } from "./PeoplePanel.tsx";
import { RoomBanners } from "./RoomBanners.tsx";
import { RoomGreeting } from "./RoomGreeting.tsx";
import { RoomHeader } from "./RoomHeader.tsx";
import { SendImageDialog } from "./SendImageDialog.tsx";
import { useAnnouncer } from "./use_announcer.ts";
import { useDroppedFiles } from "./use_dropped_files.ts";
import { type ParkDialogsState, useParkDialogs } from "./use_park_dialogs.ts";
import { usePicturesToSend } from "./use_pictures_to_send.ts";
import { useUnread } from "./use_unread.ts";

type OpenDialog =
  | { readonly tag: "invite" }
  | { readonly tag: "delete" }
  | { readonly tag: "public" }
  | { readonly tag: "pair" }
  | { readonly tag: "unpair"; readonly benchId: string }
  | { readonly tag: "picture"; readonly itemId: string };

/** Draws `view` and hands every wish to `session`. `onLeave` and `onCreate` are the page's business. */
export function RoomScreen(
  { view, session, chime, plainHttp, sourceUrl, onLeave, onCreate }: {
    readonly view: SessionView;
    readonly session: Session;
    readonly chime: Chime;
    readonly plainHttp: boolean;
    readonly sourceUrl: string;
    readonly onLeave: () => void;
    readonly onCreate: () => void;
  },
): JSX.Element {
  const dialog = useSignal<OpenDialog | null>(null);
  const peopleOpen = useSignal(false);
  const soundOn = useSignal(true);
  const announcer = useAnnouncer();
  const pictures = usePicturesToSend(session);
  const park = useParkDialogs(view.isAdmin);
  const isDropping = useDroppedFiles(pictures.pick);
  useUnread(view.log, chime, soundOn.value);

  const logBefore = useRef(view.log);
  useEffect(() => {
    for (const sentence of sentencesFor(logBefore.current, view.log)) announcer.say(sentence);
    logBefore.current = view.log;
  }, [view.log]);
  useEffect(() => {
    if (pictures.refusal.value !== "") announcer.say(pictures.refusal.value);
  }, [pictures.refusal.value]);
  useEffect(() => {
    if (view.phase.tag === "away-too-long") {
      announcer.say("You were away for more than 5 minutes, and nobody is left here");
    }
    if (view.phase.tag === "waiting-for-tap") announcer.say(awayWords(view.phase.cause));
  }, [view.phase.tag]);
  const awayCause = view.phase.tag === "reconnecting" ? view.phase.cause : null;
  const awayCauseBefore = useRef(awayCause);
  useEffect(() => {
    // The drop itself stands in the log; this is what was learnt since.
    if (awayCause !== null && awayCauseBefore.current !== null) announcer.say(awayWords(awayCause));
    awayCauseBefore.current = awayCause;
  }, [awayCause]);
  const parkBefore = useRef(view.park);
  useEffect(() => {
    if (view.publicness !== "private" && view.park !== parkBefore.current) {
      announcer.say(view.park === "away" ? PARK_AWAY_WORDS : PARK_BACK_WORDS);
    }
    parkBefore.current = view.park;
  }, [view.park]);
  const offersBefore = useRef(view.offers);
  useEffect(() => {
    // The dialog says it itself.
    if (dialog.value?.tag !== "pair") {
      for (const sentence of offerNews(offersBefore.current, view.offers)) announcer.say(sentence);
    }
    offersBefore.current = view.offers;
  }, [view.offers]);
  useEffect(() => {
    // Beside the log where there is space; over it only when asked for.
    peopleOpen.value = matchMedia("(min-width: 64rem)").matches;
  }, []);

  const actions = useMemo((): LineActions => ({
    retry: (itemId) => session.retry(itemId),
    discard: (itemId) => session.discard(itemId),
    cancelImage: (itemId) => session.cancelImage(itemId),
    openPicture: (itemId) => dialog.value = { tag: "picture", itemId },
  }), [session]);

  function send(text: string): boolean {
    const isTaken = session.sendText(text);
    if (!isTaken) announcer.say(TOO_LONG_WORDS);
    return isTaken;
  }

  function onAdmin(choice: AdminChoice): void {
    if (choice === "invite") dialog.value = { tag: "invite" };
    if (choice === "delete") dialog.value = { tag: "delete" };
    if (choice === "create") onCreate();
    if (choice === "public" || choice === "pair") openAcross({ tag: choice });
  }
  function openAcross(wanted: OpenDialog): void {
    park.load();
    dialog.value = wanted;
  }
  const close = (): void => {
    dialog.value = null;
  };
  const invite = (): void => {
    dialog.value = { tag: "invite" };
  };

  return (
    <div class="room">
      <RoomHeader
        view={view}
        soundOn={soundOn.value}
        peopleOpen={peopleOpen.value}
        onPeople={() => peopleOpen.value = !peopleOpen.value}
        onSound={(on) => {
          soundOn.value = on;
          if (on) chime.unlock();
        }}
        onAdmin={onAdmin}
        onLeave={onLeave}
      />
      <RoomBanners view={view} plainHttp={plainHttp} onComeBack={() => session.waitHere()} />
      <BenchesBar
        view={view}
        onUnpair={(benchId) => openAcross({ tag: "unpair", benchId })}
        onOffers={() => openAcross({ tag: "pair" })}
      />
      <div class="room-body">
        <main class="room-talk">
          <MessageLog log={view.log} maxFileBytes={view.maxFileBytes} actions={actions}>
            <RoomGreeting isAlone={view.count <= 1} onShare={invite} />
          </MessageLog>
          {pictures.isPreparing.value
            ? <p class="talk-word">Looking at the picture and taking out what is hidden in it…</p>
            : null}
          {pictures.refusal.value === "" ? null : (
            <p class="talk-word talk-word-bad">
              <span>{pictures.refusal.value}</span>
              <button
                type="button"
                class="button-icon"
                aria-label="Put this word away"
                onClick={() => pictures.refusal.value = ""}
              >
                <CloseIcon />
              </button>
            </p>
          )}
          <Composer send={send} onFiles={pictures.pick} />
        </main>
        {peopleOpen.value
          ? (
            <PeoplePanel
              view={view}
              sourceUrl={sourceUrl}
              onShare={invite}
              onClose={() => peopleOpen.value = false}
            />
          )
          : null}
      </div>
      <div class="visually-hidden" aria-live="polite">{announcer.said.value}</div>
      {isDropping.value
        ? (
          <div class="drop-veil">
            <p>
              <PictureIcon />
              Let go to look at the picture before it is sent
            </p>
          </div>
        )
        : null}
      {pictures.image.value === null ? null : (
        <SendImageDialog
          image={pictures.image.value}
          waiting={pictures.waiting.value}
          onSend={pictures.send}
          onClose={pictures.putAway}
        />
      )}
      <RoomDialog
        open={dialog.value}
        view={view}
        session={session}
        park={park}
        onTurnTo={actions.openPicture}
        onClose={close}
      />
    </div>
  );
}

function RoomDialog(
  { open, view, session, park, onTurnTo, onClose }: {
    readonly open: OpenDialog | null;
    readonly view: SessionView;
    readonly session: Session;
    readonly park: ParkDialogsState;
    readonly onTurnTo: (itemId: string) => void;
    readonly onClose: () => void;
  },
): JSX.Element | null {
  if (open === null) return null;
  switch (open.tag) {
    case "picture":
      return (
        <ImageViewer log={view.log} itemId={open.itemId} onTurnTo={onTurnTo} onClose={onClose} />
      );
    case "delete":
      return <DeleteDialog deleteRoom={() => session.deleteRoom()} onClose={onClose} />;
    case "invite": {
      const { member, admin } = session.links();
      return <InviteDialog memberLink={member} adminLink={admin} onClose={onClose} />;
    }
  }
  if (park.dialogs === null) return park.isMissing ? <NotLoaded onClose={onClose} /> : null;
  const { MakePublicDialog, PairDialog, UnpairDialog } = park.dialogs;
  switch (open.tag) {
    case "public":
      return <MakePublicDialog makePublic={() => session.makePublic()} onClose={onClose} />;
    case "pair":
      return <PairDialog view={view} wishes={session} onClose={onClose} />;
    case "unpair":
      return (
        <UnpairDialog
          benchId={open.benchId}
          unpair={() => session.unpair(open.benchId)}
          onClose={onClose}
        />
      );
    default:
      return assertNever(open);
  }
}

function NotLoaded({ onClose }: { readonly onClose: () => void }): JSX.Element {
  return (
    <Modal name="not-loaded" title="This page could not load a part of it" onClose={onClose}>
      <p>The bench may be down, or this device may be offline. Close this and try again.</p>
    </Modal>
  );
}
