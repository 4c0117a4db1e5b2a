// The way to a bus for the rest of the bench. NATS's package is loaded when a bus is opened and not before: a bench on its
// own has none of it in memory.

import type { Bus } from "./bus.ts";
import type { NatsVoice } from "./nats_bus.ts";
import type { NatsAccess } from "./nats_settings.ts";

/** Opens a bus over NATS, away until a server answers. */
export async function openNatsBus(access: NatsAccess, voice: NatsVoice): Promise<Bus> {
  const { openNatsBus } = await import("./nats_bus.ts");
  return openNatsBus(access, voice);
}
