// `deno task bench-key`: one fresh BENCH_KEY. The key alone goes to stdout, so that it can be sent into a file without
// having stood on a screen; what to do with it goes to stderr. Keeps and reads nothing.

const BENCH_KEY_BYTES = 32;

const key = crypto.getRandomValues(new Uint8Array(BENCH_KEY_BYTES))
  .toBase64({ alphabet: "base64url", omitPadding: true });
const encoder = new TextEncoder();
Deno.stdout.writeSync(encoder.encode(`${key}\n`));
Deno.stderr.writeSync(
  encoder.encode(
    "Set BENCH_KEY to this and keep it secret: whoever has it can pass for this bench.\n",
  ),
);
