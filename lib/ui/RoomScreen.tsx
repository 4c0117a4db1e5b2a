// The room: header, banners, log, composer, people, dialogs and the announcer, joined to one session.
// Holds only what the eye needs (what is open); everything about the room comes from the view.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Session } from "../session/contract.ts";
import type { SessionView } from "../session/view_state.ts";
import type { AdminChoice } from "./AdminMenu.tsx";
import { sentencesFor } from "./announce.ts";
import { awayWords } from "./away_words.ts";
import type { Chime } from "./chime.ts";
import { Composer, TOO_LONG_WORDS } from "./Composer.tsx";
import { DeleteDialog } from "./ConfirmDialogs.tsx";
import { CloseIcon, PictureIcon } from "./icons.tsx";
import { ImageViewer } from "./ImageViewer.tsx";
import { InviteDialog } from "./InviteDialog.tsx";
import type { LineActions } from "./LogLine.tsx";
import { MessageLog } from "./MessageLog.tsx";
import { PeoplePanel } from "./PeoplePanel.tsx";
import { RoomBanners } from "./RoomBanners.tsx";
import { RoomGreeting } from "./RoomGreeting.tsx";
import { RoomHeader } from "./RoomHeader.tsx";
import { SendImageDialog } from "./SendImageDialog.tsx";
import { useAnnouncer } from "./use_announcer.ts";
import { useDroppedFiles } from "./use_dropped_files.ts";
import { usePicturesToSend } from "./use_pictures_to_send.ts";
import { useUnread } from "./use_unread.ts";

type OpenDialog =
  | { readonly tag: "invite" }
  | { readonly tag: "delete" }
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
        count={view.count}
        isAdmin={view.isAdmin}
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
        onTurnTo={actions.openPicture}
        onClose={close}
      />
    </div>
  );
}

function RoomDialog(
  { open, view, session, onTurnTo, onClose }: {
    readonly open: OpenDialog | null;
    readonly view: SessionView;
    readonly session: Session;
    readonly onTurnTo: (itemId: string) => void;
    readonly onClose: () => void;
  },
): JSX.Element | null {
  if (open === null) return null;
  if (open.tag === "picture") {
    return (
      <ImageViewer log={view.log} itemId={open.itemId} onTurnTo={onTurnTo} onClose={onClose} />
    );
  }
  if (open.tag === "delete") {
    return <DeleteDialog deleteRoom={() => session.deleteRoom()} onClose={onClose} />;
  }
  const { member, admin } = session.links();
  return <InviteDialog memberLink={member} adminLink={admin} onClose={onClose} />;
}
