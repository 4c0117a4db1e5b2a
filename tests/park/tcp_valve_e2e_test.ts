// The wire that fault tests cut, hold, slow and delay does each of these, or they would prove nothing.

import { assertEquals, assertRejects } from "@std/assert";
import { TcpValve } from "../support/tcp_valve.ts";
import { until } from "../support/until.ts";

/** Says back whatever it hears, until its disposal. */
class Echo implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #work = (async () => {
    for await (const connection of this.#listener) {
      connection.readable.pipeTo(connection.writable).catch(() => {});
    }
  })().catch(() => {});

  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#work;
  }
}

/** Sends `size` bytes through and waits for as many; resolves to how long that took. */
async function thereAndBack(connection: Deno.TcpConn, size: number): Promise<number> {
  const startMs = performance.now();
  const sending = (async () => {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size;) at += await connection.write(bytes.subarray(at));
  })();
  const buffer = new Uint8Array(64 * 1024);
  for (let left = size; left > 0;) {
    const count = await connection.read(buffer);
    if (count === null) throw new Error("it ended");
    left -= count;
  }
  await sending;
  return performance.now() - startMs;
}

const connect = (valve: TcpValve) => Deno.connect({ hostname: "127.0.0.1", port: valve.port });

Deno.test("an open wire passes everything both ways", async () => {
  await using echo = new Echo();
  await using valve = TcpValve.to({ port: echo.port });
  using connection = await connect(valve);
  await thereAndBack(connection, 1_000_000);
  await until(() => valve.passedBytes === 2_000_000, "all is counted");
  assertEquals(valve.connections, 1);
});

Deno.test("a cut ends what goes through and what comes after, until it is open again", async () => {
  await using echo = new Echo();
  await using valve = TcpValve.to({ port: echo.port });
  using first = await connect(valve);
  await thereAndBack(first, 1);
  valve.cut();
  await assertRejects(() => thereAndBack(first, 1));
  await until(() => valve.connections === 0, "nothing goes through");
  using second = await connect(valve);
  await assertRejects(() => thereAndBack(second, 1));
  valve.open();
  using third = await connect(valve);
  await thereAndBack(third, 1);
});

Deno.test("what is held comes once it is open again, and not before", async () => {
  await using echo = new Echo();
  await using valve = TcpValve.to({ port: echo.port });
  using connection = await connect(valve);
  await thereAndBack(connection, 1);
  valve.hold();
  let isBack = false;
  const back = thereAndBack(connection, 3).then(() => isBack = true);
  // What would come without a hold has come: another wire to the same echo was faster.
  await using other = TcpValve.to({ port: echo.port });
  using beside = await connect(other);
  await thereAndBack(beside, 100_000);
  assertEquals([isBack, valve.connections], [false, 1]);
  valve.open();
  await back;
});

Deno.test("a slow wire and a long one take their time", async () => {
  await using echo = new Echo();
  await using valve = TcpValve.to({ port: echo.port });
  using connection = await connect(valve);
  valve.bytesPerSecond = 200_000;
  assertEquals(await thereAndBack(connection, 50_000) >= 245, true);
  valve.bytesPerSecond = Infinity;
  valve.delayMs = 100;
  assertEquals(await thereAndBack(connection, 1) >= 195, true);
});
