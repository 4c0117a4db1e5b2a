// A stranger's text with its addresses made clickable. Text nodes and links only: no markup, no Markdown.
// The rules of what is a link stand in linkify.ts.

import { Fragment, type JSX } from "preact";
import { linkify } from "./linkify.ts";

/** Draws `text` as it was written; line breaks are kept by the style sheet. */
export function LinkedText({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {linkify(text).map((piece, index) =>
        piece.tag === "text"
          ? <Fragment key={index}>{piece.text}</Fragment>
          : (
            <Fragment key={index}>
              <a
                class="said-link"
                href={piece.href}
                target="_blank"
                rel="noopener noreferrer nofollow"
                dir="ltr"
              >
                {piece.text}
              </a>
              {piece.realHost === null
                ? null
                : <span class="real-host" dir="ltr">{` (leads to ${piece.realHost})`}</span>}
            </Fragment>
          )
      )}
    </>
  );
}
