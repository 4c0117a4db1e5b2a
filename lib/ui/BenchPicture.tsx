// A bench under a tree, drawn here: by day in the light theme, by lamplight in the dark one (the colours come from the
// style sheet). Decoration only.

import type { JSX } from "preact";

/** The illustration of the start page and of an empty room. */
export function BenchPicture(): JSX.Element {
  return (
    <svg
      class="bench-picture"
      viewBox="0 0 480 270"
      width="480"
      height="270"
      aria-hidden="true"
      focusable="false"
    >
      <rect class="bp-sky" width="480" height="270" />
      <path
        class="bp-cloud"
        d="M214 60c2-9 14-12 20-5 7-9 24-6 25 6 9 0 12 11 3 14h-50c-9-2-8-14 2-15zM432 42c1-6 9-8 13-3 5-6 16-4 17 4 6 0 8 8 2 9h-34c-6-1-5-9 2-10z"
      />
      <path
        class="bp-star"
        d="M222 34v.1M258 72v.1M352 30v.1M446 40v.1M30 48v.1M198 92v.1M428 66v.1M378 70v.1"
      />
      <circle class="bp-sun" cx="308" cy="64" r="28" />
      <path
        class="bp-far"
        d="M0 196c40-34 84-44 128-30 36 11 62 12 98-6 46-23 92-22 134 4 40 24 80 20 120-2v108H0z"
      />
      <path class="bp-ground" d="M0 222c70-20 150-26 240-22s170 0 240-12v82H0z" />
      <path
        class="bp-path"
        d="M196 270c6-16 22-26 52-32 40-8 88-12 118-26 10-5 12-9 8-13 22 8 28 16 18 26-16 16-58 22-82 45z"
      />
      <g class="bp-tree">
        <path class="bp-trunk" d="M92 226c7-26 9-58 6-92h18c-1 34 2 66 11 92 2 6-38 7-35 0z" />
        <path class="bp-branch" d="M106 168c-8-14-18-22-30-28M108 154c8-12 16-18 26-22" />
        <circle class="bp-leaf-low" cx="68" cy="116" r="38" />
        <circle class="bp-leaf-low" cx="148" cy="112" r="40" />
        <circle class="bp-leaf" cx="108" cy="82" r="54" />
        <circle class="bp-leaf" cx="66" cy="92" r="28" />
        <circle class="bp-leaf-high" cx="94" cy="64" r="22" />
        <circle class="bp-leaf-high" cx="134" cy="84" r="14" />
      </g>
      <g class="bp-lamp">
        <circle class="bp-glow" cx="404" cy="98" r="62" />
        <circle class="bp-glow" cx="404" cy="98" r="34" />
        <path class="bp-iron" d="M404 214V112" />
        <path class="bp-iron" d="M394 215h20" />
        <path class="bp-lantern" d="M395 88h18l-4 24h-10z" />
        <path class="bp-iron" d="M392 88h24M404 88v-6" />
      </g>
      <ellipse class="bp-shadow" cx="270" cy="229" rx="104" ry="8" />
      <g class="bp-bench">
        <path
          class="bp-iron"
          d="M194 142c2 20 2 34-2 48l-4 38M346 142c-2 20-2 34 2 48l4 38M212 192v34M328 192v34M186 178h22M332 178h22"
        />
        <rect class="bp-plank" x="180" y="140" width="180" height="11" rx="3.5" />
        <rect class="bp-plank" x="182" y="157" width="176" height="11" rx="3.5" />
        <rect class="bp-plank" x="176" y="186" width="188" height="8" rx="3" />
        <rect class="bp-plank bp-plank-front" x="172" y="195" width="196" height="9" rx="3.5" />
      </g>
      <g class="bp-bird">
        <path
          class="bp-bird-body"
          d="M303 140c-9 0-14-5-14-12 0-5 4-9 9-9 4 0 6 2 8 5l9 12c-4 3-8 4-12 4z"
        />
        <path class="bp-bird-beak" d="m290 124-6 2 6 2z" />
      </g>
      <path
        class="bp-grass"
        d="M148 236l-3-10M154 236l1-12M160 236l4-9M420 240l-3-9M426 240l1-11M432 240l4-8M36 240l-3-9M42 240l2-10"
      />
    </svg>
  );
}
