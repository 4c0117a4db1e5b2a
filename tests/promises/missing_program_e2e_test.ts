// A missing program ends the test command with the line that says what to install; nothing is skipped in silence.

import { assertEquals } from "@std/assert";
import { fromRepository } from "../support/repository.ts";

Deno.test("without browsers and servers, and without apt to bring them, the test command fails at once and says what to install", async () => {
  const emptyPath = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-all", "tests/run.ts", "test"],
      cwd: fromRepository("./"),
      env: { PATH: emptyPath, NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    assertEquals(code, 1);
    assertEquals(
      decoder.decode(stdout),
      "The tests need chromium firefox-esr nats-server openssl, which is not installed: " +
        "apt-get install chromium firefox-esr nats-server openssl\n",
    );
    assertEquals(decoder.decode(stderr), "");
  } finally {
    await Deno.remove(emptyPath);
  }
});
