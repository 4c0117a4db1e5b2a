// The admin's menu: a menu button after the ARIA practice (arrows, Home, End, first letter, Escape, focus back).
// The words of the items are fixed; their descriptions say what they do, and for what cannot be used yet, why.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { KeyIcon } from "./icons.tsx";
import { type ParkSide, whyNotPair, whyNotPublic } from "./park_reasons.ts";

/** What the menu can ask for. */
export type AdminChoice = "invite" | "create" | "public" | "pair" | "locks" | "delete";

interface AdminItem {
  readonly choice: AdminChoice;
  readonly name: string;
  readonly about: string;
  readonly usable: boolean;
}

/** The items in their order, as far as the room lets each be used. */
function itemsFor(park: ParkSide): readonly AdminItem[] {
  const notPublic = whyNotPublic(park);
  const notPair = whyNotPair(park);
  return [
    {
      choice: "invite",
      name: "Invite people",
      about: "The room's link, to copy or to scan.",
      usable: true,
    },
    {
      choice: "create",
      name: "Create new bench",
      about: "Opens a new, empty room in another tab. This one stays.",
      usable: true,
    },
    {
      choice: "public",
      name: "Make room public",
      about: notPublic ?? "Lets benches that you choose carry this room, too. For good.",
      usable: notPublic === null,
    },
    {
      choice: "pair",
      name: "Pair with another bench",
      about: notPair ?? "Makes a link that the other bench's keeper opens.",
      usable: notPair === null,
    },
    {
      choice: "locks",
      name: "Change the locks",
      about: "Giving the room a new key is not built yet. Until then: a new room, and a new link.",
      usable: false,
    },
    {
      choice: "delete",
      name: "Delete this bench",
      about: "Deletes this room for everybody, at once.",
      usable: true,
    },
  ];
}

/** The button "Admin" and its menu. `startOpen` is for drawing it without a tap. */
export function AdminMenu(
  { park, onChoose, startOpen = false }: {
    readonly park: ParkSide;
    readonly onChoose: (choice: AdminChoice) => void;
    readonly startOpen?: boolean;
  },
): JSX.Element {
  const isOpen = useSignal(startOpen);
  const focusOnOpen = useRef<"first" | "last">("first");
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);

  function items(): readonly HTMLElement[] {
    return Array.from(menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? []);
  }
  function open(at: "first" | "last"): void {
    focusOnOpen.current = at;
    isOpen.value = true;
  }
  function close(focusBack: boolean): void {
    isOpen.value = false;
    if (focusBack) button.current?.focus();
  }

  useLayoutEffect(() => {
    if (isOpen.value) items().at(focusOnOpen.current === "first" ? 0 : -1)?.focus();
  }, [isOpen.value]);

  useEffect(() => {
    if (!isOpen.value) return;
    const onOutside = (event: Event): void => {
      const target = event.target;
      if (!(target instanceof Node)) return;
      if (menu.current?.contains(target) || button.current?.contains(target)) return;
      close(false);
    };
    document.addEventListener("pointerdown", onOutside);
    return () => document.removeEventListener("pointerdown", onOutside);
  }, [isOpen.value]);

  function onMenuKey(event: KeyboardEvent): void {
    const all = items();
    const at = all.findIndex((item) => item === document.activeElement);
    const to = targetOfKey(event.key, at, all.map((item) => item.textContent ?? ""));
    if (to !== null) {
      event.preventDefault();
      all[to]?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close(true);
    } else if (event.key === "Tab") close(true);
  }

  function onButtonKey(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open(event.key === "ArrowDown" ? "first" : "last");
  }

  return (
    <div class="admin">
      <button
        ref={button}
        id="admin-button"
        type="button"
        class="button-tool"
        aria-haspopup="menu"
        aria-expanded={isOpen.value ? "true" : "false"}
        aria-controls="admin-menu"
        onClick={() => isOpen.value ? close(true) : open("first")}
        onKeyDown={onButtonKey}
      >
        <KeyIcon />
        <span class="tool-word">Admin</span>
      </button>
      {isOpen.value
        ? (
          <div
            ref={menu}
            id="admin-menu"
            class="menu"
            role="menu"
            aria-labelledby="admin-button"
            onKeyDown={onMenuKey}
          >
            {itemsFor(park).map((item) => (
              <button
                key={item.choice}
                type="button"
                class={item.choice === "delete" ? "menu-item menu-item-danger" : "menu-item"}
                role="menuitem"
                tabIndex={-1}
                aria-labelledby={`admin-${item.choice}`}
                aria-describedby={`admin-${item.choice}-about`}
                aria-disabled={item.usable ? undefined : "true"}
                onClick={() => {
                  if (!item.usable) return;
                  close(true);
                  onChoose(item.choice);
                }}
              >
                <span id={`admin-${item.choice}`} class="menu-name">{item.name}</span>
                <span id={`admin-${item.choice}-about`} class="menu-about">{item.about}</span>
              </button>
            ))}
          </div>
        )
        : null}
    </div>
  );
}

/** Which item a key leads to from the item `at` (-1: none), or `null` when the key moves nothing. */
export function targetOfKey(key: string, at: number, names: readonly string[]): number | null {
  const count = names.length;
  if (count === 0) return null;
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count;
    case "ArrowUp":
      return at <= 0 ? count - 1 : at - 1;
    case "Home":
      return 0;
    case "End":
      return count - 1;
  }
  if (key.length !== 1 || key === " ") return null;
  for (let step = 1; step <= count; step++) {
    const index = (at + step + count) % count;
    if (names[index]!.toLowerCase().startsWith(key.toLowerCase())) return index;
  }
  return null;
}
