// Who is here: those who proved it to this tab, and a line about those who have not yet. A place for each person's menu
// later; today it only shows.

import type { JSX } from "preact";
import type { SessionView } from "../session/view_state.ts";
import { CloseIcon, ShareIcon } from "./icons.tsx";
import { FootLinks } from "./PageFoot.tsx";
import { AdminBadge, PersonDisc, PersonName, PersonTag } from "./PersonName.tsx";

/** The region "People here". */
export function PeoplePanel(
  { view, sourceUrl, onShare, onClose }: {
    readonly view: SessionView;
    readonly sourceUrl: string;
    readonly onShare: () => void;
    readonly onClose: () => void;
  },
): JSX.Element {
  const unproved = Math.max(0, view.count - view.people.length);
  return (
    <section class="people" id="people" role="region" aria-labelledby="people-title">
      <div class="people-head">
        <h2 id="people-title">People here</h2>
        <button type="button" class="button-icon" aria-label="Close the list" onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
      <ul class="people-list">
        {view.people.map((person) => (
          <li key={person.memberId} class={person.away ? "person person-away" : "person"}>
            <PersonDisc who={person} />
            <span class="person-words">
              <PersonName who={person} />
              <PersonTag who={person} />
              {person.isMe ? <span class="person-note">you</span> : null}
              {person.away ? <span class="person-note">away for a moment</span> : null}
            </span>
            <AdminBadge who={person} />
          </li>
        ))}
      </ul>
      {unproved > 0
        ? (
          <p class="quiet people-unproved">
            {unproved === 1
              ? "The bench counts 1 more who has not said hello yet."
              : `The bench counts ${unproved} more who have not said hello yet.`}
          </p>
        )
        : null}
      <button type="button" class="button" onClick={onShare}>
        <ShareIcon />
        Share this room
      </button>
      <div class="people-foot">
        {view.benchLabel === "" ? null : (
          <p class="quiet">
            This bench calls itself <bdi>{view.benchLabel}</bdi>.
          </p>
        )}
        <FootLinks sourceUrl={sourceUrl} inRoom />
      </div>
    </section>
  );
}
