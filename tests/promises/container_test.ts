// The Dockerfile, as far as it can be held without an engine: it runs the `start` task's own command without leave to
// write or run, as somebody who is not root, with a health check and without a browser.

import { assertEquals, assertMatch } from "@std/assert";
import manifest from "../../deno.json" with { type: "json" };
import { fromRepository } from "../support/repository.ts";

const text = await Deno.readTextFile(fromRepository("Dockerfile"));
const instructions = text.replaceAll("\\\n", " ").split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));
const lastStage = instructions.slice(
  instructions.findLastIndex((line) => line.startsWith("FROM ")),
);

Deno.test("the container runs the start task's command, from its cache alone", () => {
  const command = lastStage.find((line) => line.startsWith("CMD "))!.slice("CMD ".length);
  assertEquals(
    (JSON.parse(command) as string[]).filter((word) => word !== "--cached-only").join(" "),
    manifest.tasks.start.command,
  );
});

Deno.test("every stage names the same version of Deno as the README's commands", () => {
  const stages = instructions.filter((line) => line.startsWith("FROM "));
  assertEquals(stages.map((line) => line.split(" ")[1]), Array(2).fill("denoland/deno:2.9.6"));
});

Deno.test("the container is not root, is asked for its health, and holds no browser", () => {
  assertEquals(lastStage.filter((line) => line.startsWith("USER ")), ["USER deno"]);
  assertMatch(lastStage.find((line) => line.startsWith("HEALTHCHECK "))!, /\/health/);
  assertEquals(instructions.some((line) => /apt-get|chromium|firefox/.test(line)), false);
  assertEquals(lastStage.some((line) => line.startsWith("RUN ")), false);
});

Deno.test("everything that the build reads is copied", () => {
  const copied = instructions.filter((line) => /^COPY (?!--from)/.test(line))
    .flatMap((line) => line.split(" ").slice(1, -1));
  const needed = [
    "deno.json",
    "deno.lock",
    "main.ts",
    "dev.ts",
    "serve.ts",
    "lib",
    "routes",
    "islands",
    "static",
  ];
  assertEquals(copied.toSorted(), needed.toSorted());
});
