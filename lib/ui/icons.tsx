// The project's own small drawings: 24 x 24, one stroke width, the colour of the text around them.
// Always beside a name that says the same, so they are hidden from screen readers.

import type { ComponentChildren, JSX } from "preact";

function Icon({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      width="24"
      height="24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

/** A park bench: the mark of the project. */
export function BenchIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M4 6.5h16M4 10h16M3 14.5h18M5 14.5V19M19 14.5V19M5 5v9.5M19 5v9.5" />
    </Icon>
  );
}

/** Two people. */
export function PeopleIcon(): JSX.Element {
  return (
    <Icon>
      <circle cx="9" cy="8" r="3.25" />
      <path d="M3 19c.4-3.6 2.8-5.5 6-5.5s5.6 1.9 6 5.5" />
      <path d="M15.5 5.2a3 3 0 0 1 0 5.6M17.5 14.2c2 .7 3.2 2.3 3.5 4.8" />
    </Icon>
  );
}

/** A bell; crossed out when the sound is off. */
export function BellIcon({ off }: { readonly off: boolean }): JSX.Element {
  return (
    <Icon>
      <path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5c.5.6 1.2 1 2 1s1.5-.4 2-1M12 5V3" />
      {off ? <path d="M4 4l16 16" /> : null}
    </Icon>
  );
}

/** An open door with an arrow out of it. */
export function LeaveIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M13 4H6.5A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20H13M10.5 12H21M17.5 8.5 21 12l-3.5 3.5" />
    </Icon>
  );
}

/** A key: what the admin holds. */
export function KeyIcon(): JSX.Element {
  return (
    <Icon>
      <circle cx="8" cy="15" r="4.25" />
      <path d="m11.2 12 8.3-8.3M16 7.2l2.8 2.8M13.5 9.7l1.8 1.8" />
    </Icon>
  );
}

/** A picture. */
export function PictureIcon(): JSX.Element {
  return (
    <Icon>
      <rect x="3.5" y="4.5" width="17" height="15" rx="2.5" />
      <circle cx="9" cy="9.7" r="1.6" />
      <path d="m4 17 4.7-4.2 3.3 2.7 3.5-3.7 4.7 4.4" />
    </Icon>
  );
}

/** A leaf flying off to the upper right: send. */
export function SendIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M4 12.5 20 4.5 15.5 20l-4-6.2zM11.5 13.8 20 4.5" />
    </Icon>
  );
}

/** A hook: it was passed on. */
export function CheckIcon(): JSX.Element {
  return (
    <Icon>
      <path d="m5 12.8 4.5 4.4L19 7.5" />
    </Icon>
  );
}

/** A clock: on its way. */
export function ClockIcon(): JSX.Element {
  return (
    <Icon>
      <circle cx="12" cy="12" r="8" />
      <path d="M12 7.5V12l3 2" />
    </Icon>
  );
}

/** Something to be careful about. */
export function WarnIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M12 4 21 19.5H3zM12 10v4.5M12 17v.2" />
    </Icon>
  );
}

/** Close. */
export function CloseIcon(): JSX.Element {
  return (
    <Icon>
      <path d="m6 6 12 12M18 6 6 18" />
    </Icon>
  );
}

/** Down to the newest. */
export function DownIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M12 5v14M6 13l6 6 6-6" />
    </Icon>
  );
}

/** A corner pointing down: there is more. */
export function MoreIcon(): JSX.Element {
  return (
    <Icon>
      <path d="m6 9.5 6 6 6-6" />
    </Icon>
  );
}

/** To the left, for the picture before. */
export function BackIcon(): JSX.Element {
  return (
    <Icon>
      <path d="m14.5 5-7 7 7 7" />
    </Icon>
  );
}

/** To the right, for the picture after. */
export function OnIcon(): JSX.Element {
  return (
    <Icon>
      <path d="m9.5 5 7 7-7 7" />
    </Icon>
  );
}

/** A tray with an arrow into it: save. */
export function DownloadIcon(): JSX.Element {
  return (
    <Icon>
      <path d="M12 4v10.5M7.5 10.5 12 15l4.5-4.5M4.5 16v2.5A1.5 1.5 0 0 0 6 20h12a1.5 1.5 0 0 0 1.5-1.5V16" />
    </Icon>
  );
}

/** A die: chance chooses. */
export function DieIcon(): JSX.Element {
  return (
    <Icon>
      <rect x="4" y="4" width="16" height="16" rx="3.5" />
      <path d="M8.5 8.5v.1M15.5 8.5v.1M12 12v.1M8.5 15.5v.1M15.5 15.5v.1" stroke-width="2.5" />
    </Icon>
  );
}

/** Two sheets: copy. */
export function CopyIcon(): JSX.Element {
  return (
    <Icon>
      <rect x="8.5" y="8.5" width="11" height="11" rx="2" />
      <path d="M15.5 8.5v-2a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2" />
    </Icon>
  );
}

/** Three dots joined: hand on. */
export function ShareIcon(): JSX.Element {
  return (
    <Icon>
      <circle cx="6.5" cy="12" r="2.5" />
      <circle cx="17" cy="6" r="2.5" />
      <circle cx="17" cy="18" r="2.5" />
      <path d="m8.7 10.8 6-3.5M8.7 13.2l6 3.5" />
    </Icon>
  );
}
