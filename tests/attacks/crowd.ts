// The attackers' process: says "ready", reads one attack from its input, runs it, prints what it saw, ends. Speaks to a
// bench on loopback only, for the time it was given.

import { type AttackName, ATTACKS } from "./crowd_table.ts";

const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));

print("ready\n");
const asked = await new Response(Deno.stdin.readable).text();
// The test ended before it asked for anything.
if (asked === "") Deno.exit(0);
const { port, name, options } = JSON.parse(asked) as {
  readonly port: number;
  readonly name: AttackName;
  readonly options: never;
};
print(JSON.stringify(await ATTACKS[name](port, options)));
Deno.exit(0);
