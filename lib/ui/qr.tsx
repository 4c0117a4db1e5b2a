// The one door to uqr: a QR code, drawn here as one SVG path with its quiet zone. The text goes nowhere else.
// Loaded only when somebody looks at it, so that it weighs on no page.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** Light modules around the code that scanners need (ISO/IEC 18004). */
const QUIET_ZONE = 4;

/** A square of modules and the path of its dark ones. */
interface Drawn {
  readonly size: number;
  readonly path: string;
}

/** The code of `text`, or an empty frame of the same size until it is drawn. */
export function QrCode(
  { text, label }: { readonly text: string; readonly label: string },
): JSX.Element {
  const drawn = useSignal<Drawn | null>(null);
  useEffect(() => {
    let wanted = true;
    void import("uqr").then(({ encode }) => {
      const { data, size } = encode(text, { ecc: "M", border: QUIET_ZONE });
      if (wanted) drawn.value = { size, path: darkPath(data) };
    });
    return () => {
      wanted = false;
    };
  }, [text]);
  const size = drawn.value?.size ?? 1;
  return (
    <svg
      class="qr"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      width="232"
      height="232"
      shape-rendering="crispEdges"
    >
      <rect class="qr-light" width={size} height={size} />
      <path class="qr-dark" d={drawn.value?.path ?? ""} />
    </svg>
  );
}

/** One sub-path for each run of dark modules in a row. */
export function darkPath(rows: readonly (readonly boolean[])[]): string {
  let path = "";
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const start = x;
      while (x < row.length && row[x]) x++;
      path += `M${start} ${y}h${x - start}v1h-${x - start}z`;
    }
  });
  return path;
}
