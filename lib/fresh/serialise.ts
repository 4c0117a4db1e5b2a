// Island props as text and back: JSON, in which every array is a tag and what belongs to it. A signal is written once
// and named by number after that, so that islands which share it still share it in the tab.
// The text goes into a data block of a page: it must never contain "<". JSX in props is left out.
//
//   ["A", ...items]  ["S", number, value]  ["S", number]  ["U"]ndefined  ["F", number that JSON lacks]
//   ["N", bigint]  ["B", bytes in base64]  ["D", milliseconds or null]

import { Signal, signal } from "@preact/signals";
import { isValidElement } from "preact";

/** Text for `value`; throws a TypeError for functions, symbols, JSX and instances of classes. */
export function stringify(value: unknown): string {
  const signals = new Map<unknown, number>();
  const encode = (item: unknown): unknown => {
    if (item === undefined) return ["U"];
    if (typeof item === "bigint") return ["N", String(item)];
    if (Object.is(item, -0)) return ["F", "-0"];
    if (typeof item === "number" && !Number.isFinite(item)) return ["F", String(item)];
    if (item === null || /^(string|number|boolean)$/.test(typeof item)) return item;
    if (Array.isArray(item)) return ["A", ...Array.from(item, encode)];
    if (item instanceof Uint8Array) return ["B", item.toBase64()];
    if (item instanceof Date) return ["D", item.getTime()];
    if (item instanceof Signal) {
      const known = signals.get(item);
      const number = known ?? signals.size;
      signals.set(item, number);
      return known === undefined ? ["S", number, encode(item.peek())] : ["S", number];
    }
    const prototype = typeof item === "object" && Object.getPrototypeOf(item);
    if (isValidElement(item) || (prototype !== Object.prototype && prototype !== null)) {
      throw new TypeError("a prop of an island must be plain data or a signal");
    }
    return withEach(item as object, encode);
  };
  return JSON.stringify(encode(value)).replaceAll("<", "\\u003c");
}

/** The value that `stringify` was given; throws on text that it did not make. */
export function parse(text: string): unknown {
  const signals = new Map<unknown, Signal<unknown>>();
  const decode = (item: unknown): unknown => {
    if (typeof item !== "object" || item === null) return item;
    if (!Array.isArray(item)) return withEach(item, decode);
    const [tag, first, ...rest] = item as unknown[];
    const known = tag === "S" ? signals.get(first) : undefined;
    if (known !== undefined) return known;
    if (tag === "S" && rest.length > 0) {
      const made = signal<unknown>(undefined);
      signals.set(first, made);
      made.value = decode(rest[0]);
      return made;
    }
    if (tag === "A") return item.slice(1).map(decode);
    if (tag === "U") return undefined;
    if (tag === "N") return BigInt(String(first));
    if (tag === "F") return Number(first);
    if (tag === "B") return Uint8Array.from(atob(String(first)), (char) => char.charCodeAt(0));
    if (tag === "D") return new Date(typeof first === "number" ? first : NaN);
    throw new TypeError("the island data has an entry of an unknown kind");
  };
  return decode(JSON.parse(text));
}

/** Made from entries, not by assigning: a key named __proto__ is a key like any other. */
function withEach(object: object, change: (item: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, change(item)]));
}
