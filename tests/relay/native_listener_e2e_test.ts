// Deno's own WebSocket as a SocketPort: a real listener, a real socket, and a relay's end made for the test.

import { assertEquals } from "@std/assert";
import { upgradeNative } from "../../lib/relay/native_listener.ts";
import type { Accept, SocketEvents, SocketPort } from "../../lib/relay/socket_port.ts";
import { CLOSE, MAX_MESSAGE_BYTES } from "../../lib/wire/mod.ts";

const ORIGIN = "http://bench.example";

/** A listener whose sockets go to `accept`, and one socket to it. */
async function withSocket(
  accept: Accept,
  run: (socket: WebSocket, faults: () => number) => Promise<void>,
): Promise<void> {
  let faults = 0;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => upgradeNative(request, ORIGIN, accept, () => faults++),
  );
  const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}/`, "bt1");
  socket.binaryType = "arraybuffer";
  const closed = closing(socket);
  try {
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    socket.onerror = null;
    await run(socket, () => faults);
  } finally {
    socket.close();
    await closed;
    await server.shutdown();
  }
}

function closing(socket: WebSocket): Promise<CloseEvent> {
  return new Promise((resolve) => socket.addEventListener("close", resolve, { once: true }));
}

function message(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) =>
    socket.addEventListener("message", ({ data }) => resolve(data), { once: true })
  );
}

const silent: SocketEvents = { onText() {}, onBinary() {}, onClose() {} };

Deno.test("texts and bytes come and go whole, and the origin is handed on word for word", async () => {
  const seen: unknown[] = [];
  const echo: Accept = (port, origin) => {
    seen.push(origin);
    return {
      onText: (text) => port.send(`${text}!`),
      onBinary: (bytes) => port.send(new Uint8Array([...bytes, 9])),
      onClose: () => seen.push("closed"),
    };
  };
  await withSocket(echo, async (socket) => {
    assertEquals(socket.protocol, "bt1");
    const text = message(socket);
    socket.send("grüß dich");
    assertEquals(await text, "grüß dich!");
    const bytes = message(socket);
    socket.send(new Uint8Array([1, 2, 3]));
    assertEquals(new Uint8Array(await bytes as ArrayBuffer), new Uint8Array([1, 2, 3, 9]));
  });
  assertEquals(seen, [ORIGIN, "closed"]);
});

Deno.test("the relay may send at once, before the tab said anything", async () => {
  const greet: Accept = (port) => {
    port.send("hi");
    return silent;
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => upgradeNative(request, ORIGIN, greet, () => {}),
  );
  const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}/`, "bt1");
  const closed = closing(socket);
  assertEquals(await message(socket), "hi");
  socket.close();
  await closed;
  await server.shutdown();
});

Deno.test("[9] the largest message passes, one byte more ends the socket with 1009 unread", async () => {
  const lengths: number[] = [];
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  await withSocket(() => ({
    ...silent,
    onBinary: (bytes) => {
      lengths.push(bytes.length);
      resolve();
    },
  }), async (socket) => {
    const closed = closing(socket);
    socket.send(new Uint8Array(MAX_MESSAGE_BYTES));
    await arrived;
    socket.send(new Uint8Array(MAX_MESSAGE_BYTES + 1));
    assertEquals((await closed).code, CLOSE.tooBig);
  });
  assertEquals(lengths, [MAX_MESSAGE_BYTES]);
});

Deno.test("[9] a text that is too long ends the socket with 1009 as well", async () => {
  const texts: number[] = [];
  await withSocket(
    () => ({ ...silent, onText: (text) => texts.push(text.length) }),
    async (socket) => {
      const closed = closing(socket);
      socket.send("x".repeat(MAX_MESSAGE_BYTES + 1));
      assertEquals((await closed).code, CLOSE.tooBig);
    },
  );
  assertEquals(texts, []);
});

Deno.test("a relay that throws is reported once, and only its socket ends", async () => {
  let closes = 0;
  await withSocket(() => ({
    ...silent,
    onText: () => {
      throw new Error("a mistake of ours");
    },
    onClose: () => closes++,
  }), async (socket, faults) => {
    const closed = closing(socket);
    socket.send("one");
    assertEquals((await closed).code, 1011);
    assertEquals(faults(), 1);
  });
  assertEquals(closes, 1);
});

for (const code of [CLOSE.shuttingDown, CLOSE.noSuchRoom]) {
  Deno.test(`close code ${code} reaches the tab`, async () => {
    await withSocket((port) => ({ ...silent, onText: () => port.close(code) }), async (socket) => {
      const closed = closing(socket);
      socket.send("please");
      const { code: seen, wasClean } = await closed;
      assertEquals([seen, wasClean], [code, true]);
    });
  });
}

Deno.test("sending and closing after the end are without effect", async () => {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const ports: SocketPort[] = [];
  await withSocket((port) => {
    ports.push(port);
    return { ...silent, onClose: resolve };
  }, async (socket) => {
    socket.close();
    await gone;
    const [port] = ports;
    port!.send("too late");
    port!.send(new Uint8Array(5));
    port!.close(CLOSE.tooFast);
    assertEquals(port!.bufferedBytes, 0);
  });
});
