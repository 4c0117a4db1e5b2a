// A bench that fails some moments after its start, in the way that BENCH_ID names. What it fails with is what must never be
// printed. Run by tests/promises/process_e2e_test.ts under the bench's own flags.

import { EventEmitter } from "node:events";
import "../../serve.ts";

const SOON_MS = 200;

/** As an error looks that happened to carry what a person said. */
const secret = () => new Error("marked-secret");

setTimeout(() => {
  switch (Deno.env.get("BENCH_ID")) {
    case "throw":
      throw secret();
    case "reject":
      void Promise.reject(secret());
      return;
    case "emit":
      new EventEmitter().emit("error", secret());
  }
}, SOON_MS);
