// The end of every switch over a closed set: a new member that is not handled fails the type check here.

/** Throws `TypeError`; reached only when a value lies outside its type. The value itself is not printed: it may be private. */
export function assertNever(_value: never): never {
  throw new TypeError("a value outside its closed set");
}
