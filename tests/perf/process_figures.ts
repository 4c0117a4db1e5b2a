// What Linux says of a process: processor time and memory, out of /proc.

const TICK_MS = 10;
const LOOK_EVERY_MS = 500;
/** Memory counts as settled when it moved less than this over as many looks. */
const SETTLED_BYTES = 512 * 1024;
const SETTLED_LOOKS = 5;
const MOST_LOOKS = 40;

/** Processor time of a process so far, all its threads, to 10 ms. */
export function processorMs(pid: number): number {
  // The second field is a name in brackets that may hold anything.
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resident memory of a process now, in bytes. */
export function residentBytes(pid: number): number {
  const kib = /VmRSS:\s+(\d+) kB/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
  if (kib === undefined) throw new Error("the process has no resident memory");
  return Number(kib) * 1024;
}

/** Resident memory once it moves no more, or after 20 s. */
export async function settledBytes(pid: number): Promise<number> {
  const seen: number[] = [];
  for (let look = 0; look < MOST_LOOKS; look++) {
    seen.push(residentBytes(pid));
    const last = seen.slice(-SETTLED_LOOKS);
    if (last.length === SETTLED_LOOKS && Math.max(...last) - Math.min(...last) < SETTLED_BYTES) {
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return seen.at(-1)!;
}
