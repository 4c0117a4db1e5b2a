// The only place of a running bench that prints. What goes through here is fixed words and the bench's own address:
// never a room, a name, a visitor's address or a key.

const encoder = new TextEncoder();

function write(to: { writeSync(bytes: Uint8Array): number }, line: string): void {
  try {
    to.writeSync(encoder.encode(`${line}\n`));
  } catch {
    // Nobody reads us any more (a closed pipe): not a reason to end the bench.
  }
}

/** One line for whoever runs the bench. */
export function say(line: string): void {
  write(Deno.stdout, line);
}

/** One line about something that went wrong. */
export function complain(line: string): void {
  write(Deno.stderr, line);
}
