// [C9] Which closes a tab answers by coming back on its own.

import { assertEquals } from "@std/assert";
import { CLOSE, isReconnectable } from "../../lib/wire/mod.ts";

Deno.test("[C9] a tab comes back on 1001, 1006, 1011, 4440 and 4503 only", () => {
  const comesBack: number[] = [];
  for (let code = 1000; code < 5000; code++) if (isReconnectable(code)) comesBack.push(code);
  assertEquals(comesBack, [1001, 1006, 1011, 4440, 4503]);
});

Deno.test("close codes are those of section 9, each once", () => {
  const codes = Object.values(CLOSE);
  assertEquals(codes.toSorted(), [
    1001,
    1009,
    4400,
    4401,
    4403,
    4404,
    4408,
    4409,
    4410,
    4423,
    4429,
    4430,
    4431,
    4432,
    4440,
    4503,
  ]);
});
