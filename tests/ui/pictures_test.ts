// Places, names and file names of pictures, and the drawing of the QR code.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { encode } from "uqr";
import { completePictures } from "../../lib/ui/ImageViewer.tsx";
import { madeUpFileName } from "../../lib/ui/made_up_name.ts";
import { fitPicture, pictureName } from "../../lib/ui/Picture.tsx";
import { darkPath } from "../../lib/ui/qr.tsx";
import { HOSTILE, HOSTILE_NAME, ME, pictured, said } from "./fixtures.ts";

Deno.test("fitPicture() keeps the shape inside its bounds and never enlarges", () => {
  assertEquals(fitPicture(4000, 3000), { width: 360, height: 270 });
  assertEquals(fitPicture(1000, 2000), { width: 160, height: 320 });
  assertEquals(fitPicture(100, 80), { width: 100, height: 80 });
  assertEquals(fitPicture(8192, 1), { width: 360, height: 48 });
  assertEquals(fitPicture(0, 0), { width: 48, height: 48 });
});

Deno.test("pictureName() says whose it is and how large", () => {
  const moving = { tag: "moving", doneBytes: 0 } as const;
  assertEquals(pictureName(pictured(moving, HOSTILE)), `Picture from ${HOSTILE_NAME}, 2.1 MiB`);
  assertEquals(pictureName(pictured(moving, ME, "sending")), "Picture from you, 2.1 MiB");
});

Deno.test("madeUpFileName() says the kind and nothing of the sender", () => {
  assertMatch(madeUpFileName("image/jpeg"), /^picture-[0-9a-z]{6}\.jpg$/);
  assertMatch(madeUpFileName("image/webp"), /\.webp$/);
  assertMatch(madeUpFileName("../../evil.exe"), /^picture-[0-9a-z]{6}\.img$/);
  assert(madeUpFileName("image/png") !== madeUpFileName("image/png"));
});

Deno.test("completePictures() are those that can be looked at", () => {
  const complete = pictured({ tag: "complete", url: "blob:x" });
  const log = [said("a"), pictured({ tag: "moving", doneBytes: 1 }), complete];
  assertEquals(completePictures(log), [complete]);
});

Deno.test("darkPath() draws every dark module once, in runs", () => {
  assertEquals(
    darkPath([[true, true, false, true], [false, false, false, false]]),
    [
      "M0 0h2v1h-2z",
      "M3 0h1v1h-1z",
    ].join(""),
  );
  const { data } = encode("https://bench.example/room#key", { ecc: "M", border: 4 });
  const drawn = Array.from(
    darkPath(data).matchAll(/h(\d+)/g),
    ([, run]) => Number(run),
  ).reduce((sum, run) => sum + run, 0);
  assertEquals(drawn, data.flat().filter(Boolean).length);
  // The quiet zone is there.
  assert(data.slice(0, 4).flat().every((module) => !module));
});
