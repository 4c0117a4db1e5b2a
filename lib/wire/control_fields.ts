// What every control message is before its kind is known: a small JSON object of strangers' fields. Never throws.
// Rules: PROTOCOL.md section 3.

import { utf8 } from "./bytes.ts";
import { MAX_CONTROL_BYTES } from "./limits.ts";

/** Fields of a message, before anybody looked at them. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a JSON object of at most 4 KiB, or `null`. */
export function parseFields(text: string): Fields | null {
  if (text.length > MAX_CONTROL_BYTES || utf8(text).length > MAX_CONTROL_BYTES) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    return value as Fields;
  } catch {
    return null;
  }
}

/** A whole number of at least 0, or `null`. */
export function parseCount(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** An admin counter that another can follow; a lying bench must not make the admin's tab count past the end. */
export function parseAdminCtr(value: unknown): number | null {
  return value === Number.MAX_SAFE_INTEGER ? null : parseCount(value);
}
