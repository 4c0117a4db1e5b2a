// The admin's dialogs about other benches, fetched as soon as somebody turns out to be the admin: nobody else waits for
// their code, and they are there before they are asked for, even if the bench goes away meanwhile.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** What was fetched. */
export type ParkDialogs = typeof import("./park_dialogs.ts");

/** Where the fetching stands; `load` begins it anew after it failed. */
export interface ParkDialogsState {
  readonly dialogs: ParkDialogs | null;
  readonly isMissing: boolean;
  readonly load: () => void;
}

/** Fetches them once `isAdmin` holds. */
export function useParkDialogs(isAdmin: boolean): ParkDialogsState {
  const dialogs = useSignal<ParkDialogs | null>(null);
  const isMissing = useSignal(false);
  function load(): void {
    if (dialogs.value !== null) return;
    isMissing.value = false;
    void import("./park_dialogs.ts").then(
      (loaded) => dialogs.value = loaded,
      () => isMissing.value = true,
    );
  }
  useEffect(() => {
    if (isAdmin) load();
  }, [isAdmin]);
  return { dialogs: dialogs.value, isMissing: isMissing.value, load };
}
