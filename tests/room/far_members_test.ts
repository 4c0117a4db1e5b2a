// Which bench each far member sits on: where it was first seen, and nowhere else until it sits here or that bench is gone.

import { assert, assertEquals } from "@std/assert";
import { FarMembers } from "../../lib/room/mod.ts";
import {
  concatBytes,
  idBytes,
  MAX_FAR_MEMBERS,
  type MemberId,
  memberIdOf,
  MOST_MEMBERS,
  u32,
} from "../../lib/wire/mod.ts";
import { Seeded } from "../support/seeded.ts";

const member = (n: number): MemberId => memberIdOf(concatBytes(u32(n), new Uint8Array(12)));

Deno.test("[K4] a bench speaks for whom it brought first, and for no member of another bench", () => {
  const far = new FarMembers<string>();
  assertEquals(far.maySpeak(member(1), "oak"), true);
  assertEquals(far.maySpeak(member(1), "oak"), true);
  assertEquals(far.maySpeak(member(1), "elm"), false);
  assertEquals([far.linkOf(member(1)), far.linkOf(member(2))], ["oak", null]);
  assertEquals(far.size, 1);
});

Deno.test("[K4] only its own bench says that a member left, once; its seat stays, so that no other bench takes its place", () => {
  const far = new FarMembers<string>();
  far.maySpeak(member(1), "oak");
  assertEquals(far.onLeft(member(1), "elm"), false);
  assertEquals(far.membersOf("oak"), [member(1)]);
  assertEquals(far.onLeft(member(2), "oak"), false);
  assertEquals(far.onLeft(member(1), "oak"), true);
  assertEquals(far.onLeft(member(1), "oak"), false);
  assertEquals([far.membersOf("oak"), far.linkOf(member(1))], [[], "oak"]);
  assertEquals(far.maySpeak(member(1), "elm"), false);
  assertEquals(far.maySpeak(member(1), "oak"), true);
  assertEquals(far.membersOf("oak"), [member(1)]);
});

Deno.test("[K4] who proved itself here sits here, and on no other bench", () => {
  const far = new FarMembers<string>();
  far.maySpeak(member(1), "oak");
  far.onHere(member(1));
  assertEquals([far.linkOf(member(1)), far.size], [null, 0]);
});

Deno.test("[K4] with a link go all behind it, and nobody else", () => {
  const far = new FarMembers<string>();
  for (let n = 0; n < 10; n++) far.maySpeak(member(n), n % 2 === 0 ? "oak" : "elm");
  const evens = [0, 2, 4, 6, 8].map(member);
  assertEquals(far.membersOf("oak"), evens);
  assertEquals(far.forgetLink("oak"), evens);
  assertEquals([far.size, far.membersOf("oak"), far.membersOf("elm").length], [5, [], 5]);
  assertEquals(far.maySpeak(member(0), "elm"), true);
});

/** So many different members of a bench came and went again; the last that fit sit there. */
function fill(far: FarMembers<string>, link: string): void {
  for (let n = 0; n < MAX_FAR_MEMBERS; n++) {
    if (n >= MOST_MEMBERS) assert(far.onLeft(member(n - MOST_MEMBERS), link));
    assert(far.maySpeak(member(n), link));
  }
}

Deno.test("[K4] a bench seats no more at a time than a room may hold: whoever is one too many, known or new, is not heard", () => {
  const far = new FarMembers<string>();
  assertEquals(MOST_MEMBERS, 500);
  far.maySpeak(member(9_000), "oak");
  far.onLeft(member(9_000), "oak");
  for (let n = 0; n < MOST_MEMBERS; n++) assert(far.maySpeak(member(n), "oak"));
  for (const n of [5_000, 9_000]) assertEquals(far.maySpeak(member(n), "oak"), false);
  // Nor on seats that others lend.
  far.maySpeak(member(6_000), "elm");
  assertEquals(far.maySpeak(member(6_000), "oak", (link) => link === "elm"), false);
  assertEquals([far.membersOf("oak").length, far.linkOf(member(6_000))], [MOST_MEMBERS, "elm"]);
  assertEquals(far.maySpeak(member(7), "oak"), true);
  far.onLeft(member(7), "oak");
  assertEquals(far.maySpeak(member(9_000), "oak"), true);
});

Deno.test("[K14] of a link that fell silent all are gone, which is said once; who speaks again sits there again", () => {
  const far = new FarMembers<string>();
  for (const n of [1, 2, 3]) far.maySpeak(member(n), "oak");
  far.maySpeak(member(4), "elm");
  assertEquals(far.onSilent("oak"), [1, 2, 3].map(member));
  assertEquals([far.onSilent("oak"), far.membersOf("oak"), far.membersOf("elm")], [[], [], [
    member(4),
  ]]);
  assertEquals(far.maySpeak(member(2), "elm"), false);
  assertEquals(far.maySpeak(member(2), "oak"), true);
  assertEquals(far.onSilent("oak"), [member(2)]);
  assertEquals(far.forgetLink("oak"), []);
});

Deno.test("[K4] 1024 are remembered; a bench that filled them has place for one more where one of its own left", () => {
  const far = new FarMembers<string>();
  assertEquals(MAX_FAR_MEMBERS, 1_024);
  fill(far, "oak");
  far.onLeft(member(900), "oak");
  assertEquals(far.maySpeak(member(5_000), "oak"), true);
  assertEquals([far.linkOf(member(0)), far.linkOf(member(5_000)), far.size], [null, "oak", 1_024]);
});

Deno.test("[K4] a bench that filled the list fills it for itself alone: others take the places of those that left, and then of those that it brought first", () => {
  const far = new FarMembers<string>();
  for (let n = 0; n < MOST_MEMBERS; n++) {
    far.maySpeak(member(n), "oak");
    far.maySpeak(member(1_000 + n), "ash");
  }
  for (let n = 2_000; far.size < MAX_FAR_MEMBERS; n++) far.maySpeak(member(n), "yew");
  far.onLeft(member(9), "oak");
  assertEquals(far.maySpeak(member(5_000), "elm"), true);
  assertEquals([far.linkOf(member(9)), far.linkOf(member(0))], [null, "oak"]);
  for (let n = 5_001; n < 5_600; n++) far.maySpeak(member(n), "elm");
  assertEquals(far.linkOf(member(0)), null);
  // A third each, and the little one keeps what it has: nobody takes from who has no more.
  const sizes = ["oak", "ash", "elm", "yew"].map((link) => far.membersOf(link).length);
  assertEquals(sizes, [333, 334, 333, 24]);
  assertEquals(far.size, MAX_FAR_MEMBERS);
});

Deno.test("[D7] the id of a member that is remembered is one and the same object", () => {
  const far = new FarMembers<string>();
  far.maySpeak(member(1), "oak");
  const id = far.idOf(member(1));
  assertEquals(id, idBytes(member(1)));
  assert(far.idOf(member(1)) === id);
  far.onLeft(member(1), "oak");
  far.maySpeak(member(1), "oak");
  assert(far.idOf(member(1)) === id);
  far.onHere(member(1));
  assert(far.idOf(member(1)) !== id);
  // Of a stranger nothing is kept.
  assert(far.idOf(member(2)) !== far.idOf(member(2)));
});

Deno.test("[K4] whatever benches say in whatever order, each member has one owner, and only what happens here moves it", () => {
  const random = new Seeded(44);
  const far = new FarMembers<number>();
  const owners = new Map<MemberId, number>();
  const here = new Set<MemberId>();
  for (let step = 0; step < 30_000; step++) {
    const who = member(random.below(1_000));
    const link = random.below(4);
    const owner = owners.get(who);
    switch (random.below(12)) {
      case 0:
        assertEquals(far.onLeft(who, link), owner === link && here.delete(who));
        break;
      case 1:
        far.onHere(who);
        owners.delete(who);
        here.delete(who);
        break;
      case 2:
        if (random.below(200) > 0) break;
        for (const gone of far.forgetLink(link)) assert(here.delete(gone));
        for (const [each, at] of owners) if (at === link) owners.delete(each);
        break;
      default:
        assertEquals(far.maySpeak(who, link), owner === undefined || owner === link);
        if (owner === undefined) owners.set(who, link);
        if (owner === undefined || owner === link) here.add(who);
    }
    assertEquals(far.size, owners.size);
    assertEquals(far.linkOf(who), owners.get(who) ?? null);
  }
  const sitting = [0, 1, 2, 3].flatMap((link) => far.membersOf(link));
  assertEquals(new Set(sitting), here);
});

Deno.test("[K4] beyond the bound it stays within it, and who may speak is who is remembered there", () => {
  const random = new Seeded(45);
  const far = new FarMembers<number>();
  for (let step = 0; step < 20_000; step++) {
    const who = member(random.below(5_000));
    const link = random.below(3);
    const may = far.maySpeak(who, link);
    assertEquals(may, far.linkOf(who) === link);
    if (random.below(4) === 0) far.onLeft(who, link);
    assert(far.size <= MAX_FAR_MEMBERS);
  }
});

Deno.test("[K4] while nothing is heard of a link its seats are lent, until it speaks again; with its end they are the borrower's", () => {
  const far = new FarMembers<string>();
  let silent: readonly string[] = [];
  const speaks = (n: number, link: string) =>
    far.maySpeak(member(n), link, (each) => silent.includes(each));
  for (const n of [1, 2, 3]) speaks(n, "oak");
  assertEquals(speaks(1, "elm"), false);
  silent = ["oak"];
  assertEquals([speaks(1, "elm"), speaks(2, "elm")], [true, true]);
  // Lent once, not passed on.
  assertEquals(speaks(1, "fir"), false);
  assertEquals([far.linkOf(member(1)), far.linkOf(member(3))], ["elm", "oak"]);
  assertEquals([far.membersOf("elm"), far.membersOf("oak")], [[1, 2].map(member), [member(3)]]);
  silent = [];
  // Heard again: the borrower is not, although the owner has not spoken for this one yet.
  assertEquals(speaks(1, "elm"), false);
  assertEquals(speaks(1, "oak"), true);
  assertEquals([far.linkOf(member(1)), far.membersOf("elm")], ["oak", [member(2)]]);
  assertEquals(far.onLeft(member(2), "elm"), true);
  assertEquals([far.linkOf(member(2)), far.membersOf("elm")], ["oak", []]);
  silent = ["oak"];
  assertEquals([speaks(1, "elm"), speaks(3, "elm")], [true, true]);
  assertEquals(far.forgetLink("elm"), [1, 3].map(member));
  assertEquals([far.linkOf(member(1)), far.size], ["oak", 3]);
  assertEquals(speaks(1, "elm"), true);
  assertEquals(far.forgetLink("oak"), []);
  assertEquals([far.linkOf(member(1)), far.size, far.membersOf("elm")], ["elm", 1, [member(1)]]);
  far.onHere(member(1));
  assertEquals([far.size, far.membersOf("elm")], [0, []]);
});
