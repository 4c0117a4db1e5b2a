// The words both sides agree on. Imports nothing from the rest of the project; everything imports it.

export * from "./assert_never.ts";
export * from "./base64url.ts";
export * from "./bench_id.ts";
export * from "./bytes.ts";
export * from "./close_codes.ts";
export * from "./control.ts";
export * from "./envelope.ts";
export * from "./frame.ts";
export * from "./ids.ts";
export * from "./limits.ts";
export * from "./park_control.ts";
