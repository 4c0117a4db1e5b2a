// Sizes for people: binary units, one decimal where it says something. Pure.

/** "812 B", "640 KiB", "2.1 MiB". Throws `RangeError` for what is not a size. */
export function formatSize(bytes: number): string {
  if (!Number.isFinite(bytes) || bytes < 0) throw new RangeError("not a size");
  if (bytes < 1024) return `${Math.round(bytes)} B`;
  const kib = bytes / 1024;
  if (kib < 1023.5) return `${kib < 9.95 ? trim(kib) : Math.round(kib)} KiB`;
  return `${trim(kib / 1024)} MiB`;
}

function trim(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}

/** How far a transfer is, 0 to 100, whole. A transfer of nothing is done. */
export function percentDone(doneBytes: number, totalBytes: number): number {
  if (totalBytes <= 0) return 100;
  return Math.max(0, Math.min(100, Math.floor((doneBytes / totalBytes) * 100)));
}
