// A bench on the self-hosted listener, in a process with --expose-gc, for weak_references_e2e_test.ts. Prints where it listens,
// is told a room's id, and then answers "look" and "watch what stands" with what it watches and what of it is held.

import { Bench, parseConfig } from "../../lib/bench/mod.ts";
import type { SocketRequest } from "../../lib/relay/mod.ts";
import { openListener } from "../../lib/self_hosted/mod.ts";
import { WeakWatch } from "./weak_watch.ts";

const watch = new WeakWatch();
const settings = parseConfig({});
if (!settings.ok) throw new Error(settings.problem);
const bench = new Bench(settings.config);

const listener = await openListener({
  hostname: "127.0.0.1",
  port: 0,
  maxConnections: Infinity,
  admit(request: SocketRequest) {
    const admission = bench.admit(request);
    if (!admission.ok) return admission;
    return {
      ok: true,
      accept: (port) => {
        watch.addPort(port);
        const events = admission.accept(port);
        return {
          ...events,
          onBinary: (bytes) => {
            watch.add("box", bytes);
            events.onBinary(bytes);
          },
        };
      },
    };
  },
  handler: () => new Response(null, { status: 404 }),
  onFault: () => Deno.exit(1),
});

const encoder = new TextEncoder();
const print = (line: string) => Deno.stdout.writeSync(encoder.encode(`${line}\n`));
print(`http://127.0.0.1:${listener.port}`);

let buffered = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  buffered += text;
  for (let end = buffered.indexOf("\n"); end >= 0; end = buffered.indexOf("\n")) {
    const command = buffered.slice(0, end);
    buffered = buffered.slice(end + 1);
    switch (command) {
      case "look":
        print(JSON.stringify(await watch.look()));
        break;
      case "watch what stands":
        watch.keepHeld();
        print("{}");
        break;
      default:
        watch.addId(command);
    }
  }
}
Deno.exit(0);
