// What `/metrics` says, in Prometheus' text format 0.0.4: totals of a bench, made coarse [M14]. It must never tell one
// room, member or address from another: no label but a close code or an HTTP status, both from closed sets.

import { CLOSE, type CloseCode } from "../wire/mod.ts";

/** HTTP statuses with which an upgrade is refused for a limit [M4]. */
const REFUSALS = [429, 503] as const;

/** The counts of one bench. Those of what happened run from its start. */
export interface Totals {
  readonly rooms: number;
  /** Sockets that have joined. */
  readonly members: number;
  readonly sockets: number;
  readonly unjoined: number;
  /** Addresses remembered. */
  readonly addresses: number;
  /** Bytes that wait at sockets, shared ones once. */
  readonly heldBytes: number;
  readonly framesIn: number;
  readonly framesOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly joins: number;
  readonly roomsOpened: number;
  /** Sockets that the bench closed, by why. */
  readonly closes: Readonly<Partial<Record<CloseCode, number>>>;
  /** Upgrades refused for a limit, by HTTP status. */
  readonly refusals: Readonly<Partial<Record<typeof REFUSALS[number], number>>>;
  /** How often the bench stopped reading a socket. */
  readonly pauses: number;
  readonly uptimeSeconds: number;
  /** Memory of the process; absent where nobody may ask. */
  readonly residentBytes?: number;
}

/** What a total counts: a few would tell who is there, a mebibyte more or less tells little. */
type Unit = "count" | "bytes";

const STEP: Readonly<Record<Unit, number>> = { count: 5, bytes: 1024 * 1024 };

/** The whole answer. All of a closed set is always there, so that what is missing says nothing. */
export function encodeMetrics(totals: Totals): string {
  const { closes, refusals, residentBytes } = totals;
  return [
    gauge("rooms", "Rooms now.", totals.rooms),
    gauge("members", "Sockets now that have joined a room.", totals.members),
    gauge("sockets", "Sockets now.", totals.sockets),
    gauge("unjoined_sockets", "Sockets now that have not joined.", totals.unjoined),
    gauge("addresses", "Addresses remembered now.", totals.addresses),
    gauge("held_bytes", "Bytes that wait at sockets now.", totals.heldBytes, "bytes"),
    gauge("uptime_seconds", "Seconds since the start.", totals.uptimeSeconds),
    residentBytes === undefined
      ? ""
      : gauge("resident_memory_bytes", "Memory of the process.", residentBytes, "bytes"),
    counter("frames_received_total", "Messages from tabs.", totals.framesIn),
    counter("frames_sent_total", "Messages to tabs.", totals.framesOut),
    counter("received_bytes_total", "Bytes from tabs.", totals.bytesIn, "bytes"),
    counter("sent_bytes_total", "Bytes to tabs.", totals.bytesOut, "bytes"),
    counter("joins_total", "Joins.", totals.joins),
    counter("rooms_opened_total", "Rooms opened.", totals.roomsOpened),
    counter("pauses_total", "Times that reading a socket was stopped.", totals.pauses),
    family("closes_total", "Sockets that the bench closed, by close code.", "counter"),
    ...Object.values(CLOSE).map((code) =>
      sample(`closes_total{code="${code}"}`, closes[code] ?? 0, "count")
    ),
    family("refusals_total", "Upgrades refused for a limit, by HTTP status.", "counter"),
    ...REFUSALS.map((status) =>
      sample(`refusals_total{status="${status}"}`, refusals[status] ?? 0, "count")
    ),
  ].join("");
}

function gauge(name: string, help: string, value: number, unit: Unit = "count"): string {
  return family(name, help, "gauge") + sample(name, value, unit);
}

function counter(name: string, help: string, value: number, unit: Unit = "count"): string {
  return family(name, help, "counter") + sample(name, value, unit);
}

function family(name: string, help: string, kind: "counter" | "gauge"): string {
  return `# HELP benchtalks_${name} ${help}\n# TYPE benchtalks_${name} ${kind}\n`;
}

function sample(series: string, value: number, unit: Unit): string {
  const step = STEP[unit];
  return `benchtalks_${series} ${Math.floor(value / step) * step}\n`;
}
