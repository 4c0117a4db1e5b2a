// Times of arrival for people, in the time zone of the reader. Pure apart from that zone.

/** "09:05", 24 hours. */
export function clockTime(atMs: number): string {
  const at = new Date(atMs);
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** "Tuesday, 3 June": the heading over a day's messages, in the reader's language. */
export function dayName(atMs: number): string {
  return new Date(atMs).toLocaleDateString(undefined, {
    weekday: "long",
    day: "numeric",
    month: "long",
  });
}

/** Whether both moments fall on one calendar day here. */
export function isSameDay(aMs: number, bMs: number): boolean {
  return new Date(aMs).toDateString() === new Date(bMs).toDateString();
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
