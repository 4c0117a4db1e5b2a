// What every bus holds its caller to, whatever it stands on. A subject is spelled by us alone, never by a stranger, so a
// bad one is a mistake in our code and throws: a space or a star in it would mean something else to NATS.

import { MIN_BUS_PAYLOAD_BYTES } from "../wire/mod.ts";

/** Throws `TypeError` unless `subject` is 1 to 64 of [a-z0-9.] without an empty part. */
export function checkBusSubject(subject: string): void {
  if (subject.length > 64 || !/^[a-z0-9]+(?:\.[a-z0-9]+)*$/.test(subject)) {
    throw new TypeError("no subject of ours");
  }
}

/** Throws `RangeError` beyond what every bus that counts as up takes. */
export function checkBusBytes(bytes: Uint8Array): void {
  if (bytes.length > MIN_BUS_PAYLOAD_BYTES) throw new RangeError("too long for a bus");
}
