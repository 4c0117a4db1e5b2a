// The start page: what this is in three sentences, the place for the CreateRoom island, and what a bench cannot see.
// Drawn on the bench; nothing here knows of any room.

import type { ComponentChildren, JSX } from "preact";
import { BenchPicture } from "./BenchPicture.tsx";
import { PageFoot } from "./PageFoot.tsx";

/** `children` is the CreateRoom island. */
export function StartPage(
  { sourceUrl, children }: { readonly sourceUrl: string; readonly children: ComponentChildren },
): JSX.Element {
  return (
    <div class="page start">
      <main class="start-main">
        <section class="start-hero">
          <BenchPicture />
          <div class="start-words">
            <h1>BenchTalks</h1>
            <p class="lead">
              A bench to sit down on and talk for a while: make a room, send its link to friends,
              and share words and pictures. Everything is sealed in your browser before it leaves,
              so the bench in the middle only passes on boxes that it cannot open. When the last one
              gets up, the room is gone and nothing is left.
            </p>
            {children}
          </div>
        </section>
        <CannotSee />
      </main>
      <PageFoot sourceUrl={sourceUrl} />
    </div>
  );
}

function CannotSee(): JSX.Element {
  return (
    <section class="cannot-see" id="cannot-see" aria-labelledby="cannot-see-title">
      <h2 id="cannot-see-title">What this bench cannot see</h2>
      <div class="see-columns">
        <div class="card">
          <h3>It cannot see</h3>
          <ul>
            <li>what you write, and your pictures</li>
            <li>the names you go by</li>
            <li>the key: it stands after the # of the link, which browsers send to nobody</li>
          </ul>
        </div>
        <div class="card">
          <h3>It does see</h3>
          <ul>
            <li>your network address while you are connected</li>
            <li>how many are in a room, but not who</li>
            <li>when a message passes, and roughly how large it is</li>
          </ul>
        </div>
        <div class="card">
          <h3>Nobody can promise</h3>
          <ul>
            <li>a good bench: it serves you this page, so use one whose keeper you trust</li>
            <li>forgetful friends: they keep what they saw</li>
            <li>a secret link: it can stay in histories and in the apps you send it with</li>
          </ul>
        </div>
      </div>
    </section>
  );
}
