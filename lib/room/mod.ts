// Rules of rooms on a bench.

export * from "./registry.ts";
