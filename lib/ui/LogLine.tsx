// One line of the log: something said, a picture, or a quiet notice. Drawn anew only when its item changed, so that a long
// log costs nothing. Texts and names are strangers': text nodes in isolates, never markup.

import { Component, type JSX } from "preact";
import { assertNever } from "../wire/mod.ts";
import type { Delivery, LogItem } from "../session/view_state.ts";
import { BenchName, BenchTag } from "./BenchName.tsx";
import { clockTime, dayName } from "./clock_words.ts";
import { CheckIcon, ClockIcon, WarnIcon } from "./icons.tsx";
import { LinkedText } from "./LinkedText.tsx";
import { isWarning, noticeParts } from "./notice_words.ts";
import { AdminBadge, PersonDisc, PersonName, PersonTag } from "./PersonName.tsx";
import { Picture } from "./Picture.tsx";

/** What a line can ask for. Must keep its identity while the room is shown: lines do not look at it again. */
export interface LineActions {
  readonly retry: (itemId: string) => void;
  readonly discard: (itemId: string) => void;
  readonly cancelImage: (itemId: string) => void;
  readonly openPicture: (itemId: string) => void;
}

/** `startsGroup`: the line before is by somebody else, or long ago. `newDay`: it is of another day. */
export interface LogLineProps {
  readonly item: LogItem;
  readonly startsGroup: boolean;
  readonly newDay: boolean;
  readonly maxFileBytes: number;
  readonly actions: LineActions;
}

/** Texts longer than this, or of more lines, are folded until somebody wants to see all. */
const FOLD_CHARS = 2_400;
const FOLD_LINES = 30;

/** A list item of the log. */
export class LogLine extends Component<LogLineProps> {
  override shouldComponentUpdate(next: LogLineProps): boolean {
    const now = this.props;
    return next.item !== now.item || next.startsGroup !== now.startsGroup ||
      next.newDay !== now.newDay || next.maxFileBytes !== now.maxFileBytes;
  }

  override render({ item, startsGroup, newDay, maxFileBytes, actions }: LogLineProps): JSX.Element {
    return (
      <>
        {newDay ? <li class="day-line">{dayName(item.atMs)}</li> : null}
        {item.tag === "notice" ? <NoticeLine item={item} /> : (
          <SaidLine
            item={item}
            startsGroup={startsGroup}
            maxFileBytes={maxFileBytes}
            actions={actions}
          />
        )}
      </>
    );
  }
}

function NoticeLine({ item }: { readonly item: LogItem & { tag: "notice" } }): JSX.Element {
  const { notice } = item;
  return (
    <li class={isWarning(notice) ? "notice notice-warn" : "notice"}>
      {isWarning(notice) ? <WarnIcon /> : null}
      <span>
        {noticeParts(notice).map((part, index) => {
          if (typeof part === "string") return part;
          return "who" in part
            ? <PersonName key={index} who={part.who} />
            : <BenchName key={index} id={part.bench} />;
        })}
      </span>
      {"who" in notice ? <PersonTag who={notice.who} /> : null}
      {"benchId" in notice ? <BenchTag id={notice.benchId} /> : null}
      <Time atMs={item.atMs} />
    </li>
  );
}

function SaidLine(
  { item, startsGroup, maxFileBytes, actions }: {
    readonly item: LogItem & { tag: "text" | "image" };
    readonly startsGroup: boolean;
    readonly maxFileBytes: number;
    readonly actions: LineActions;
  },
): JSX.Element {
  const { author, delivery } = item;
  const isMine = delivery !== null;
  const who = (
    <span class={startsGroup && !isMine ? "said-by" : "said-by visually-hidden"}>
      {isMine ? "You" : (
        <>
          <PersonName who={author} />
          <PersonTag who={author} />
          <AdminBadge who={author} />
        </>
      )}
      <span class="visually-hidden">:</span>
    </span>
  );
  const classes = `said ${isMine ? "said-mine" : "said-other"}${startsGroup ? " said-first" : ""}`;
  return (
    <li class={classes}>
      {startsGroup && !isMine ? <PersonDisc who={author} /> : null}
      <div class="said-column">
        {who}
        <div class={item.tag === "image" ? "bubble bubble-picture" : "bubble"}>
          {item.tag === "text"
            ? <SaidText text={item.text} />
            : <Picture item={item} maxFileBytes={maxFileBytes} actions={actions} />}
          <span class="said-foot">
            <Time atMs={item.atMs} />
            {delivery === null ? null : <DeliveryMark delivery={delivery} />}
          </span>
        </div>
        {delivery === "failed"
          ? (
            <div class="failed-row">
              <button
                type="button"
                class="button button-small"
                onClick={() => actions.retry(item.id)}
              >
                Try again
              </button>
              <button
                type="button"
                class="button button-small"
                onClick={() => actions.discard(item.id)}
              >
                Discard
              </button>
            </div>
          )
          : null}
      </div>
    </li>
  );
}

class SaidText extends Component<{ readonly text: string }, { readonly open: boolean }> {
  override state = { open: false };

  override render({ text }: { readonly text: string }): JSX.Element {
    const isLong = text.length > FOLD_CHARS || text.split("\n", FOLD_LINES + 1).length > FOLD_LINES;
    const isFolded = isLong && !this.state.open;
    return (
      <>
        <p class={isFolded ? "said-text said-folded" : "said-text"} dir="auto">
          <LinkedText text={isFolded ? text.slice(0, FOLD_CHARS) : text} />
        </p>
        {isFolded
          ? (
            <button
              type="button"
              class="button button-small"
              onClick={() => this.setState({ open: true })}
            >
              Show all of it
            </button>
          )
          : null}
      </>
    );
  }
}

function DeliveryMark({ delivery }: { readonly delivery: Delivery }): JSX.Element {
  switch (delivery) {
    case "sending":
      return (
        <span class="mark">
          <ClockIcon />
          <span class="visually-hidden">sending</span>
        </span>
      );
    case "sent":
      return (
        <span class="mark">
          <CheckIcon />
          <span class="visually-hidden">sent</span>
        </span>
      );
    case "failed":
      return (
        <span class="mark mark-failed">
          <WarnIcon />
          not sent
        </span>
      );
    default:
      return assertNever(delivery);
  }
}

function Time({ atMs }: { readonly atMs: number }): JSX.Element {
  return <time class="when" dateTime={new Date(atMs).toISOString()}>{clockTime(atMs)}</time>;
}
