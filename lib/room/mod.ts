// Rules of rooms on a bench.

export * from "./registry.ts";
export * from "./far_members.ts";
