// Whoever opens and holds cuts itself: the bound on connections that are no sockets.

import { assertEquals } from "@std/assert";
import { PageConnections } from "../../lib/self_hosted/page_connections.ts";

function newRig(most: number) {
  const cut: string[] = [];
  return { cut, pages: new PageConnections<string>(most, (name) => cut.push(name)) };
}

Deno.test("up to the bound nobody is cut", () => {
  const { cut, pages } = newRig(3);
  for (const name of ["a", "b", "c"]) pages.add(name, "here");
  assertEquals([cut, pages.size], [[], 3]);
});

Deno.test("one more cuts the oldest of the source that has most", () => {
  const { cut, pages } = newRig(4);
  pages.add("honest", "home");
  for (const name of ["1", "2", "3", "4", "5"]) pages.add(name, "farm");
  assertEquals([cut, pages.size], [["1", "2"], 4]);
  pages.add("another", "cafe");
  assertEquals(cut, ["1", "2", "3"]);
});

Deno.test("where all have as many, the source that came first gives one", () => {
  const { cut, pages } = newRig(3);
  for (const name of ["1", "2", "3", "4"]) pages.add(name, `from ${name}`);
  assertEquals(cut, ["1"]);
});

Deno.test("what was used lately goes last: a proxy's idle connections before its busy ones", () => {
  const { cut, pages } = newRig(3);
  for (const name of ["busy", "idle", "idler"]) pages.add(name, "proxy");
  pages.touch("busy");
  for (const name of ["new", "newer", "newest"]) pages.add(name, "proxy");
  assertEquals(cut, ["idle", "idler", "busy"]);
});

Deno.test("what ended or became a socket is nobody's to cut, and nothing of it is kept", () => {
  const { cut, pages } = newRig(2);
  pages.add("socket", "home");
  pages.remove("socket");
  pages.remove("socket");
  pages.touch("socket");
  for (const name of ["a", "b"]) pages.add(name, "home");
  assertEquals([cut, pages.size], [[], 2]);
  pages.cutAll();
  assertEquals([cut, pages.size], [["a", "b"], 0]);
});
