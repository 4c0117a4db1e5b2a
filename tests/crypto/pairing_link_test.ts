// The pairing link: the published one, what may stand behind it, and everything that is not whole.

import { assert, assertEquals } from "@std/assert";
import {
  encodePairingLink,
  PAIRING_CODE_CHARACTERS,
  type PairingLink,
  parsePairingLink,
} from "../../lib/crypto/mod.ts";
import { Seeded } from "../support/seeded.ts";
import { hex, vectors } from "../support/vectors.ts";

const { inputs, benches, pairing, room } = vectors;
const LINK: PairingLink = {
  secret: hex(inputs.S),
  hubSignPublicKey: hex(benches.signPubA),
  hubBoxPublicKey: hex(benches.boxPubA),
  roomToken: "",
  hubLabel: "",
};
const linkOf = (text: string) => {
  const parsed = parsePairingLink(text);
  return parsed.tag === "pairing" ? parsed.link : parsed.tag;
};

Deno.test("[T1] the published fragment, there and back", () => {
  assertEquals(encodePairingLink(LINK), pairing.fragment_b64u);
  assertEquals(pairing.fragment_b64u.length, PAIRING_CODE_CHARACTERS);
  assertEquals(linkOf(pairing.fragment_b64u), LINK);
  assertEquals(linkOf(` ${pairing.fragment_b64u}\n`), LINK);
});

Deno.test("[T1] with the room's token, with the hub's label, with both", () => {
  for (const roomToken of ["", room.linkToken_b64u]) {
    for (const hubLabel of ["", "alpha", "my-bench.1_x"]) {
      const link = { ...LINK, roomToken, hubLabel };
      assertEquals(linkOf(encodePairingLink(link)), link);
    }
  }
});

Deno.test("[T1] an admin's seed never travels in it: such a link is none of ours", () => {
  const { fragment_b64u } = pairing;
  assertEquals(linkOf(`${fragment_b64u}.${room.adminLinkToken_b64u}`), "cut-off");
  const seed = room.adminLinkToken_b64u.split(".")[1]!;
  assertEquals(linkOf(`${fragment_b64u}.${seed}`), "cut-off");
  // And none is made of what a session puts in: a member token alone.
  assert(!encodePairingLink({ ...LINK, roomToken: room.linkToken_b64u }).includes(seed));
});

Deno.test("[T1] cut short anywhere it is cut off or no link at all, and never another link", () => {
  const whole = encodePairingLink({ ...LINK, roomToken: room.linkToken_b64u, hubLabel: "alpha" });
  for (let length = 0; length < whole.length; length++) {
    const cut = linkOf(whole.slice(0, length));
    if (typeof cut === "string") {
      assertEquals(cut, length < 2 ? "none" : "cut-off", `${length}`);
      continue;
    }
    // Cut within or before what stands behind the keys, it still means these benches.
    assertEquals([cut.secret, cut.hubSignPublicKey, cut.hubBoxPublicKey], [
      LINK.secret,
      LINK.hubSignPublicKey,
      LINK.hubBoxPublicKey,
    ]);
    assert(["", room.linkToken_b64u].includes(cut.roomToken));
  }
});

Deno.test("[T1] another version, another thing, or nothing is no pairing link", () => {
  const bytes = new Uint8Array(97);
  bytes[0] = 2;
  for (
    const text of [
      "",
      "  ",
      "hello",
      room.linkToken_b64u,
      bytes.toBase64({ alphabet: "base64url" }),
    ]
  ) {
    assertEquals(linkOf(text), "none", text);
  }
  assertEquals(linkOf(`${pairing.fragment_b64u}a`), "cut-off");
  assertEquals(linkOf(`${pairing.fragment_b64u}~o k`), "cut-off");
  assertEquals(linkOf(`${pairing.fragment_b64u}.x`), "cut-off");
});

Deno.test("[T1] 20,000 random texts never throw, and only whole codes are links", () => {
  const random = new Seeded(61);
  for (let round = 0; round < 20_000; round++) {
    const code = random.below(3) === 0 ? pairing.fragment_b64u : `A${random.text("QRefZa", 3)}`;
    const text = code + random.text(".~Aa9-_ #", random.below(12));
    const link = linkOf(text);
    if (typeof link === "string") continue;
    assertEquals(link.secret, LINK.secret);
    assertEquals(encodePairingLink(link), text.trim());
  }
});
