// The memory of another process, as Linux shows it to its parent: /proc/PID/mem, by the ranges of /proc/PID/maps. The process
// stands still meanwhile, or a collector could carry a value past the search. Where it may not be read this throws.

import { type CanarySearch, type Found, OVERLAP_BYTES, sumOf } from "./canary.ts";

const PIECE_BYTES = 4 * 1024 * 1024;
const PAGE_BYTES = 4_096;
const STOPS_WITHIN_MS = 2_000;

/** What a search through a process went through and found. */
export interface MemorySearch {
  readonly searchedBytes: number;
  readonly found: readonly Found[];
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** All that a process can have written to: whatever is readable but for files mapped to be read only. */
function writableRanges(pid: number): readonly Range[] {
  const ranges: Range[] = [];
  for (const line of Deno.readTextFileSync(`/proc/${pid}/maps`).trim().split("\n")) {
    const [range, permissions, , , , name = ""] = line.split(/\s+/);
    if (!permissions!.startsWith("r") || /^\[(?:vvar|vsyscall|vdso)/.test(name)) continue;
    if (name.startsWith("/") && !permissions!.includes("w")) continue;
    const [from, to] = range!.split("-").map((each) => parseInt(each, 16));
    const before = ranges.at(-1);
    // A value may lie across two ranges that touch.
    if (before?.to === from) ranges[ranges.length - 1] = { from: before!.from, to: to! };
    else ranges.push({ from: from!, to: to! });
  }
  return ranges;
}

/** Pages of a range that are there, as ranges: V8 reserves far more than it uses. Reads /proc/PID/pagemap. */
function* presentParts(pagemap: Deno.FsFile, { from, to }: Range): Generator<Range> {
  const pages = (to - from) / PAGE_BYTES;
  const entries = new Uint8Array(pages * 8);
  pagemap.seekSync((from / PAGE_BYTES) * 8, Deno.SeekMode.Start);
  let read = 0;
  while (read < entries.length) {
    const more = pagemap.readSync(entries.subarray(read)) ?? 0;
    if (more === 0) throw new Error("the page map ended early");
    read += more;
  }
  let begin: number | null = null;
  for (let page = 0; page <= pages; page++) {
    // Bit 63: in memory. Bit 62: in swap.
    const isPresent = page < pages && (entries[page * 8 + 7]! & 0xc0) !== 0;
    if (isPresent) begin ??= page;
    else if (begin !== null) {
      yield { from: from + begin * PAGE_BYTES, to: from + page * PAGE_BYTES };
      begin = null;
    }
  }
}

/** Waits until the signal has taken hold of every thread that matters: the process says so. */
function assertStopped(pid: number): void {
  const until = performance.now() + STOPS_WITHIN_MS;
  while (!/^State:\s+[Tt]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`))) {
    if (performance.now() > until) throw new Error("the process did not stand still");
  }
}

/** Searches the memory of a child of ours. */
export function searchMemory(pid: number, search: CanarySearch): MemorySearch {
  Deno.kill(pid, "SIGSTOP");
  try {
    assertStopped(pid);
    using memory = Deno.openSync(`/proc/${pid}/mem`, { read: true });
    using pagemap = Deno.openSync(`/proc/${pid}/pagemap`, { read: true });
    const piece = new Uint8Array(PIECE_BYTES + OVERLAP_BYTES);
    const found: Found[] = [];
    let searchedBytes = 0;
    for (const range of writableRanges(pid)) {
      for (const { from, to } of presentParts(pagemap, range)) {
        for (let at = from; at < to; at += PIECE_BYTES) {
          const wanted = Math.min(piece.length, to - at);
          memory.seekSync(at, Deno.SeekMode.Start);
          let length = 0;
          while (length < wanted) {
            const more = memory.readSync(piece.subarray(length, wanted)) ?? 0;
            if (more === 0) throw new Error("the memory ended early");
            length += more;
          }
          found.push(...search.find(piece.subarray(0, wanted), Math.min(PIECE_BYTES, wanted)));
          searchedBytes += Math.min(PIECE_BYTES, wanted);
        }
      }
    }
    return { searchedBytes, found: sumOf(found) };
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
}
