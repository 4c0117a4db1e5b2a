// Started by a test under the very flags of a bench: goes into NATS by each address in NATS_PEERS, TLS ones with NATS_CA, says
// something to itself, and prints what came of it as JSON. Knows nothing of benches.

import { openNatsBus } from "../../lib/park/open_bus.ts";
import { parseNatsPeers } from "../../lib/park/nats_addresses.ts";
import { utf8 } from "../../lib/wire/mod.ts";

const PATIENCE_MS = 10_000;

const peers = parseNatsPeers(Deno.env.get("NATS_PEERS") ?? "");
if (!peers.ok) throw new Error("no addresses");

const outcomes: string[] = [];
for (const address of peers.addresses) {
  const ca = address.scheme === "tls" ? Deno.env.get("NATS_CA") ?? null : null;
  const heard = Promise.withResolvers<string>();
  const access = { addresses: [address], creds: null, nkey: null, ca };
  const bus = await openNatsBus(access, { say: (line) => heard.resolve(line) });
  const timer = setTimeout(() => heard.resolve("nothing"), PATIENCE_MS);
  bus.subscribe("bt1.probe", (bytes) => heard.resolve(new TextDecoder().decode(bytes)));
  bus.onStatus(() => bus.publish("bt1.probe", utf8("heard")));
  outcomes.push(await heard.promise);
  clearTimeout(timer);
  await bus.close();
}
Deno.stdout.writeSync(utf8(JSON.stringify(outcomes)));
