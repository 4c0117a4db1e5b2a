// The full Bench ID with its copy button, on /bench. The button waits until the page's own code is there to answer it.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { CopyField } from "../lib/ui/CopyField.tsx";

/** `fullId` is public: what a bench says of itself. */
export default function BenchId({ fullId }: { readonly fullId: string }): JSX.Element {
  const isReady = useSignal(false);
  useEffect(() => {
    isReady.value = true;
  }, []);
  return (
    <CopyField
      name="bench-id"
      label="Bench ID"
      button="Copy Bench ID"
      text={fullId}
      disabled={!isReady.value}
    />
  );
}
