// The bar over a room: how many are here, who they are, sound, the admin's menu, the way out.

import type { JSX } from "preact";
import type { SessionView } from "../session/view_state.ts";
import { type AdminChoice, AdminMenu } from "./AdminMenu.tsx";
import { publicMark } from "./bench_words.ts";
import { BellIcon, BenchIcon, LeaveIcon, PeopleIcon } from "./icons.tsx";
import { peopleWords } from "./phase_words.ts";

/** The header of the room. */
export function RoomHeader(
  { view, soundOn, peopleOpen, onPeople, onSound, onAdmin, onLeave }: {
    readonly view: SessionView;
    readonly soundOn: boolean;
    readonly peopleOpen: boolean;
    readonly onPeople: () => void;
    readonly onSound: (on: boolean) => void;
    readonly onAdmin: (choice: AdminChoice) => void;
    readonly onLeave: () => void;
  },
): JSX.Element {
  const mark = publicMark(view.publicness);
  return (
    <header class="room-head">
      <h1 class="room-brand">
        <BenchIcon />
        <span class="brand-word">BenchTalks</span>
      </h1>
      <div class="room-facts">
        {/* Silent: the announcer already tells who joins and leaves. */}
        <span class="room-count" role="status" aria-live="off">{peopleWords(view.count)}</span>
        {mark === null ? null : (
          <span class="public-mark" title={mark.about}>
            {mark.text}
          </span>
        )}
      </div>
      <div class="room-tools" role="group" aria-label="Room">
        <button
          type="button"
          class="button-tool"
          aria-label="People"
          title="People"
          aria-expanded={peopleOpen ? "true" : "false"}
          aria-controls="people"
          onClick={onPeople}
        >
          <PeopleIcon />
        </button>
        <label class="button-tool sound" title="Sound while this tab is hidden">
          <input
            type="checkbox"
            role="switch"
            class="sound-switch"
            aria-label="Sound"
            checked={soundOn}
            onChange={(event) => onSound(event.currentTarget.checked)}
          />
          <BellIcon off={!soundOn} />
          <span class="tool-word" aria-hidden="true">{soundOn ? "Sound on" : "Sound off"}</span>
        </label>
        {view.isAdmin ? <AdminMenu park={view} onChoose={onAdmin} /> : null}
        <button
          type="button"
          class="button-tool"
          aria-label="Leave"
          title="Leave"
          onClick={onLeave}
        >
          <LeaveIcon />
          <span class="tool-word" aria-hidden="true">Leave</span>
        </button>
      </div>
    </header>
  );
}
