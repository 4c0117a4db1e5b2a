// The pairing page's side of this folder: reading links, and accepting over a socket in the test's hand, and then at a real bench in memory.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodePairingLink } from "../../lib/crypto/mod.ts";
import {
  benchFingerprint,
  claimTranscript,
  pairTokenHash,
  verifyWithNacl,
} from "../../lib/proof/mod.ts";
import {
  acceptInvitation,
  type AcceptResult,
  type PairingInvitation,
  parseBenchOrigin,
  parseInvitation,
} from "../../lib/session/pairing_page.ts";
import type { TabSocketEvents } from "../../lib/session/world.ts";
import {
  CLOSE,
  encodeHi,
  encodeParkControl,
  fullBenchId,
  PAIR_FAILURES,
  type ParkControl,
  parseTabControl,
} from "../../lib/wire/mod.ts";
import { during, makePublic, offerTo, parkRig } from "../support/park_rig.ts";
import { hex, vectors } from "../support/vectors.ts";

const { inputs, benches, pairing, room } = vectors;
const HUB = { sign: hex(benches.signPubA), box: hex(benches.boxPubA) };
const CODE = pairing.fragment_b64u;
const HI = encodeHi({
  label: "oak",
  fp: new Uint8Array(16),
  signPublicKey: new Uint8Array(32),
  boxPublicKey: new Uint8Array(32),
  instance: "i",
  maxFileBytes: 1,
  framesPerSecond: 20,
  park: true,
}, new Uint8Array(32));
const KEY: ParkControl = {
  t: "pair_key",
  benchSignPublicKey: hex(benches.signPubB),
  benchBoxPublicKey: hex(benches.boxPubB),
  ephemeralPublicKey: new Uint8Array(32).fill(4),
  nonce: hex(inputs.nB),
};

function invitationOf(text: string): PairingInvitation {
  const read = parseInvitation(text);
  if (read.tag !== "invitation") throw new Error(`read as ${read.tag}`);
  return read.invitation;
}

/** Accepts over a socket of the test's own. */
function accepting(text = CODE, operatorToken = "") {
  const sent: string[] = [];
  let events: TabSocketEvents | null = null;
  let closes = 0;
  const result = acceptInvitation(
    { invitation: invitationOf(text), operatorToken },
    (given) => {
      events = given;
      return { send: (message) => void sent.push(String(message)), close: () => void closes++ };
    },
  );
  return { sent, result, closes: () => closes, events: events! as TabSocketEvents };
}

Deno.test("[T1] a link, its fragment and its bare code are read alike; what is shown is the hub's full id", () => {
  const texts = [CODE, `#${CODE}`, ` https://b.example/pair#${CODE}\n`, `x#${CODE}`];
  const fp = benchFingerprint(HUB.sign, HUB.box);
  for (const text of texts) {
    const invitation = invitationOf(text);
    assertEquals([invitation.code, invitation.roomToken], [CODE, ""]);
    // No label in the link: the fingerprint is what counts.
    assertEquals(invitation.hubId, fullBenchId("bench", fp));
  }
  assertEquals(invitationOf(`${CODE}~alpha`).hubId, benches.A);
  assertEquals(invitationOf(`${CODE}.${room.linkToken_b64u}`).roomToken, room.linkToken_b64u);
});

Deno.test("[T1] what is cut off, or no pairing link, is said so", () => {
  for (const text of ["", "   ", "#", "https://b.example/pair", room.linkToken_b64u, "hello"]) {
    assertEquals(parseInvitation(text).tag, "none", text);
  }
  for (
    const text of [CODE.slice(0, -1), `${CODE}.x`, `https://b.example/pair#${CODE.slice(0, 50)}`]
  ) {
    assertEquals(parseInvitation(text).tag, "cut-off", text);
  }
});

Deno.test("[T13] reading a link connects to nobody: only the tap does, and an invitation that was not read is none", async () => {
  const { rig, admin } = await parkRig(2);
  await makePublic(rig, admin);
  const { link } = await offerTo(rig, admin, 1);
  await rig.advance(3_000);
  const [attempts, messages] = [rig.attempts, rig.wires.wire.length];
  for (let i = 0; i < 10; i++) invitationOf(link);
  await rig.advance(8_000);
  assertEquals([rig.attempts, rig.wires.wire.length], [attempts, messages]);
  assertEquals(rig.bench(1).park.counts().claims, 0);
  // The tap: one socket, and it completes by itself.
  assertEquals((await during(rig, rig.accept(link, 1))).ok, true);
  assertEquals(rig.attempts, attempts + 1);
  const made: PairingInvitation = { code: CODE, hubId: benches.A, roomToken: "" };
  assertThrows(
    () =>
      acceptInvitation({ invitation: made, operatorToken: "" }, () => {
        throw new Error("it connected");
      }),
    TypeError,
  );
});

Deno.test("[T1] [T3] the page shows the secret's hash and signatures made with it, never the secret", async () => {
  const page = accepting();
  page.events.onText(HI);
  page.events.onText(encodeParkControl(KEY));
  const [begin, claim] = page.sent.map(parseTabControl);
  assertEquals(begin, {
    t: "pair_begin",
    hubSignPublicKey: HUB.sign,
    hubBoxPublicKey: HUB.box,
    tokenHash: pairTokenHash(hex(inputs.S)),
    operatorToken: "",
  });
  assert(claim?.t === "pair_claim");
  if (claim?.t !== "pair_claim" || KEY.t !== "pair_key") return;
  assertEquals(claim.claimPublicKey.toHex(), pairing.claimPub);
  const transcript = claimTranscript({
    tokenHash: pairTokenHash(hex(inputs.S)),
    hubSignPublicKey: HUB.sign,
    hubBoxPublicKey: HUB.box,
    benchSignPublicKey: KEY.benchSignPublicKey,
    benchBoxPublicKey: KEY.benchBoxPublicKey,
    ephemeralPublicKey: KEY.ephemeralPublicKey,
    nonce: KEY.nonce,
  });
  assert(verifyWithNacl(hex(pairing.claimPub), transcript, claim.signature));
  const secret = hex(inputs.S);
  for (const text of page.sent) {
    assert(!text.includes(secret.toHex()) && !text.includes(CODE.slice(2, 40)));
  }
  page.events.onText(encodeParkControl({ t: "pair_end", failure: null }));
  assertEquals(await page.result, { ok: true, roomUrl: null });
  assertEquals(page.closes(), 1);
});

Deno.test("[T4] [T12] every failure reaches who tapped, by its reason", async () => {
  for (const failure of PAIR_FAILURES) {
    const page = accepting(CODE, "word");
    page.events.onText(HI);
    const begin = parseTabControl(page.sent[0]!);
    assert(begin?.t === "pair_begin" && begin.operatorToken === "word");
    page.events.onText(encodeParkControl({ t: "pair_end", failure }));
    assertEquals(await page.result, { ok: false, reason: failure });
    assertEquals(page.closes(), 1);
  }
});

Deno.test("[Q4] a socket that closes is no connection; one closed with 4429 is too fast", async () => {
  const cases: readonly (readonly [number, AcceptResult])[] = [
    [CLOSE.tooFast, { ok: false, reason: "too-fast" }],
    [CLOSE.handshakeTimeout, { ok: false, reason: "no-connection" }],
    [1006, { ok: false, reason: "no-connection" }],
  ];
  for (const [code, expected] of cases) {
    const page = accepting();
    page.events.onClose(code);
    assertEquals(await page.result, expected);
  }
});

Deno.test("[J1] words that mean nothing here, and rubbish, are passed over", async () => {
  const page = accepting();
  for (const text of ["", "{}", "null", '{"t":"cnt","cnt":3}', '{"t":"pair_end","why":"x"}']) {
    page.events.onText(text);
  }
  page.events.onBinary(new Uint8Array(3));
  assertEquals(page.sent, []);
  page.events.onText(HI);
  assertEquals(page.sent.length, 1);
  page.events.onText(encodeParkControl({ t: "pair_end", failure: "used" }));
  assertEquals(await page.result, { ok: false, reason: "used" });
});

Deno.test("[T12] at a bench with an operator token, the tap works with it and not without", async () => {
  const { rig, admin } = await parkRig(2);
  rig.killBench(1);
  rig.startBench(1, "open sesame");
  await makePublic(rig, admin);
  const { link } = await offerTo(rig, admin, 1);
  assertEquals(await during(rig, rig.accept(link, 1)), { ok: false, reason: "operator" });
  assertEquals(await during(rig, rig.accept(link, 1, "open")), { ok: false, reason: "operator" });
  assertEquals((await during(rig, rig.accept(link, 1, "open sesame"))).ok, true);
});

Deno.test("[T8] the link opened on its own bench, twice, and on a bench whose bus is away: what is said", async () => {
  const { rig, admin } = await parkRig(3);
  await makePublic(rig, admin);
  const { link } = await offerTo(rig, admin, 1);
  assertEquals(await during(rig, rig.accept(link, 0)), { ok: false, reason: "own-link" });
  rig.bench(1).bus.goAway();
  assertEquals(await during(rig, rig.accept(link, 1)), { ok: false, reason: "park-away" });
  rig.bench(1).bus.comeBack();
  assertEquals((await during(rig, rig.accept(link, 1))).ok, true);
  assertEquals(await during(rig, rig.accept(link, 1)), { ok: false, reason: "used" });
});

Deno.test("the address of a bench as people type it", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["b.example", "https://b.example"],
    [" https://b.example/pair?x#y ", "https://b.example"],
    ["b.example:8443", "https://b.example:8443"],
    ["localhost:8000", "http://localhost:8000"],
    ["127.0.0.1:8000", "http://127.0.0.1:8000"],
    ["http://10.0.0.5:8000", "http://10.0.0.5:8000"],
    ["HTTPS://B.example", "https://b.example"],
    ["", null],
    ["b example", null],
    ["ftp://b.example", null],
    ["javascript:alert(1)", null],
    ["https://user@b.example", null],
    ["https://", null],
  ];
  for (const [typed, origin] of cases) assertEquals(parseBenchOrigin(typed), origin, typed);
});

Deno.test("[T1] a link that is read and written again is the same, so that the page can take it along to the right bench", () => {
  const full = encodePairingLink({
    secret: hex(inputs.S),
    hubSignPublicKey: HUB.sign,
    hubBoxPublicKey: HUB.box,
    roomToken: room.linkToken_b64u,
    hubLabel: "alpha",
  });
  assertEquals(invitationOf(`https://wrong.example/pair#${full}`).code, full);
});
