// Island props as text and back: one flat JSON array whose entries point at each other by index, so that
// circular references and signals shared between islands keep their identity.
// The text goes into a data block of a page: it must never contain "<". JSX in props is left out.
//
//   entry   = primitive as JSON | { key: index } | ["A", ...index] | [tag, ...]
//   index   = position in the array, or one of the negative constants below

import { Signal, signal } from "@preact/signals";
import { isValidElement } from "preact";

const constants: readonly unknown[] = [undefined, NaN, Infinity, -Infinity, -0];

/** Text for `value`; throws a TypeError for functions, symbols, JSX and instances of classes. */
export function stringify(value: unknown): string {
  const entries: unknown[] = [];
  const seen = new Map<unknown, number>();

  function indexOf(item: unknown): number {
    const constant = constants.findIndex((known) => Object.is(known, item));
    if (constant >= 0) return -1 - constant;
    const known = seen.get(item);
    if (known !== undefined) return known;
    const index = entries.length;
    seen.set(item, index);
    entries.push(null);
    entries[index] = entryOf(item, indexOf);
    return index;
  }

  const root = indexOf(value);
  return JSON.stringify([root, ...entries]).replaceAll("<", "\\u003c");
}

function entryOf(item: unknown, indexOf: (item: unknown) => number): unknown {
  if (item === null) return null;
  if (typeof item === "bigint") return ["N", item.toString()];
  if (typeof item === "function" || typeof item === "symbol") {
    throw new TypeError(`a ${typeof item} cannot be a prop of an island`);
  }
  if (typeof item !== "object") return item;
  if (Array.isArray(item)) return ["A", ...Array.from(item, indexOf)];
  if (item instanceof Signal) return ["S", indexOf(item.peek())];
  if (item instanceof Uint8Array) return ["B", item.toBase64()];
  if (item instanceof Date) return ["D", item.getTime()];
  if (item instanceof RegExp) return ["R", item.source, item.flags];
  if (isValidElement(item)) {
    throw new TypeError("JSX cannot be a prop of an island here");
  }
  const prototype = Object.getPrototypeOf(item);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError("an instance of a class cannot be a prop of an island");
  }
  return Object.fromEntries(
    Object.entries(item).map(([key, each]) => [key, indexOf(each)]),
  );
}

/** The value that `stringify` was given; throws on text that it did not make. */
export function parse(text: string): unknown {
  const [root, ...entries] = JSON.parse(text) as [number, ...unknown[]];
  const made = new Map<number, unknown>();

  function valueAt(index: unknown): unknown {
    if (
      typeof index !== "number" || index < -constants.length ||
      index >= entries.length
    ) {
      throw new TypeError("a reference of the island data points nowhere");
    }
    if (index < 0) return constants[-1 - index];
    if (made.has(index)) return made.get(index);
    const entry = entries[index];
    if (typeof entry !== "object" || entry === null) return entry;
    if (!Array.isArray(entry)) {
      const object = {};
      made.set(index, object);
      for (const [key, each] of Object.entries(entry)) {
        // Defined, not assigned: a key named __proto__ is a key like any other.
        const value = valueAt(each);
        Object.defineProperty(object, key, {
          value,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      }
      return object;
    }
    const [tag, first, second] = entry as unknown[];
    if (tag === "A") {
      const array: unknown[] = [];
      made.set(index, array);
      for (const each of entry.slice(1)) array.push(valueAt(each));
      return array;
    }
    if (tag === "S") {
      const shared = signal<unknown>(undefined);
      made.set(index, shared);
      shared.value = valueAt(first);
      return shared;
    }
    const leaf = leafOf(tag, first, second);
    made.set(index, leaf);
    return leaf;
  }

  return valueAt(root);
}

function leafOf(tag: unknown, first: unknown, second: unknown): unknown {
  if (tag === "N") return BigInt(String(first));
  if (tag === "B") {
    return Uint8Array.from(atob(String(first)), (char) => char.charCodeAt(0));
  }
  if (tag === "D") return new Date(typeof first === "number" ? first : NaN);
  if (tag === "R") return new RegExp(String(first), String(second));
  throw new TypeError("the island data has an entry of an unknown kind");
}
