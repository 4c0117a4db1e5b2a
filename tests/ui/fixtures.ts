// Made-up people, rooms and a session that does nothing, for tests of lib/ui.

import type { Session } from "../../lib/session/contract.ts";
import type {
  Author,
  BenchSeat,
  LogItem,
  Notice,
  PairingOffer,
  PairingPartner,
  SessionView,
} from "../../lib/session/view_state.ts";
import { memberIdOf } from "../../lib/wire/mod.ts";

/** A name that would be an attack if it were ever read as markup. */
export const HOSTILE_NAME = '<img src="x" onerror="alert(1)">';

/** The `number`th person. */
export function author(number: number, name: string, isAdmin = false): Author {
  const memberId = memberIdOf(new Uint8Array(16).fill(number));
  return { memberId, name, tag: memberId.slice(0, 4), hue: number % 12, isAdmin };
}

export const ANA = author(1, "Ana");
export const ME = author(2, "Quiet Heron", true);
export const HOSTILE = author(3, HOSTILE_NAME);

const NOON_MS = new Date(2025, 5, 3, 12, 0).getTime();
let items = 0;

/** A text, by somebody else unless `delivery` is given. */
export function said(
  text: string,
  who: Author = ANA,
  delivery: "sending" | "sent" | "failed" | null = null,
): LogItem & { readonly tag: "text" } {
  return { tag: "text", id: `item-${++items}`, atMs: NOON_MS + items, author: who, text, delivery };
}

/** A quiet line. */
export function noticed(notice: Notice): LogItem {
  return { tag: "notice", id: `item-${++items}`, atMs: NOON_MS + items, notice };
}

/** A picture of 2.1 MiB. */
export function pictured(
  transfer: (LogItem & { readonly tag: "image" })["transfer"],
  who: Author = ANA,
  delivery: "sending" | "sent" | "failed" | null = null,
): LogItem & { readonly tag: "image" } {
  return {
    tag: "image",
    id: `item-${++items}`,
    atMs: NOON_MS + items,
    author: who,
    mime: "image/jpeg",
    widthPx: 4000,
    heightPx: 3000,
    totalBytes: 2_202_009,
    transfer,
    delivery,
  };
}

/** Full ids: of this bench, of another, and one that no honest bench says of itself. */
export const HERE_ID = "lime-tree~abcdefghijklmnopqrstuvwxyz";
export const OAK_ID = "quiet-oak-42~k3vq7mzh2c5xw4npd6tyb2jr6e";
export const HOSTILE_ID = `${HOSTILE_NAME}~zzzzzzzzzzzzzzzzzzzzzzzzzz`;

/** A bench that carries the room; this one and its home unless told otherwise. */
export function seat(given: Partial<BenchSeat> = {}): BenchSeat {
  return {
    id: HERE_ID,
    label: "lime-tree",
    url: "https://bench.example",
    count: 3,
    isUp: true,
    isHub: true,
    isThis: true,
    ...given,
  };
}

/** Another bench that carries it. */
export function otherSeat(given: Partial<BenchSeat> = {}): BenchSeat {
  return seat({
    id: OAK_ID,
    label: "quiet-oak-42",
    url: "https://oak.example",
    count: 1,
    isHub: false,
    isThis: false,
    ...given,
  });
}

export const OAK: PairingPartner = {
  id: OAK_ID,
  label: "quiet-oak-42",
  url: "https://oak.example",
  isHeard: true,
};

/** A pairing link for the other bench, open for another four minutes. */
export function offered(given: Partial<PairingOffer> = {}): PairingOffer {
  return {
    key: "offer-1",
    bench: OAK,
    link: "https://oak.example/pair#AQIDBAUGBwgJ",
    endsAtMs: performance.now() + 240_000,
    state: "open",
    hasLeaked: false,
    wasFull: false,
    wasUsedAgain: false,
    roomLink: null,
    ...given,
  };
}

/** A live room with everything in it that can be in it. */
export function fullView(): SessionView {
  return {
    phase: { tag: "live" },
    benchLabel: "lime-tree",
    count: 4,
    me: ME,
    isAdmin: true,
    people: [
      { ...ME, isMe: true, away: false },
      { ...ANA, isMe: false, away: false },
      { ...HOSTILE, isMe: false, away: true },
    ],
    log: [
      noticed({ kind: "joined", who: ANA }),
      noticed({ kind: "joined", who: HOSTILE }),
      said("Hello, see https://example.org/a?b=c&d=<e>"),
      said('<script>alert("2")</script>', HOSTILE),
      said("Mine", ME, "sent"),
      said("Not sent", ME, "failed"),
      said("On its way", ME, "sending"),
      noticed({ kind: "gap", who: ANA, count: 2 }),
      noticed({ kind: "forged", count: 1 }),
      pictured({ tag: "complete", url: "blob:https://bench.example/1" }, HOSTILE),
      pictured({ tag: "moving", doneBytes: 1_101_005 }),
      pictured({ tag: "broken", reason: "piece-missing" }),
      pictured({ tag: "moving", doneBytes: 0 }, ME, "sending"),
      noticed({ kind: "left", who: ANA, saidGoodbye: true }),
      noticed({ kind: "made-public", byAdmin: true }),
      noticed({ kind: "bench-paired", benchId: OAK_ID }),
      noticed({ kind: "bench-away", benchId: HOSTILE_ID }),
    ],
    maxFileBytes: 10 * 1024 * 1024,
    twoBenches: true,
    publicness: "by-admin",
    park: "up",
    benchId: HERE_ID,
    benches: [
      seat(),
      otherSeat(),
      otherSeat({ id: HOSTILE_ID, label: HOSTILE_NAME, url: "", count: 0, isUp: false }),
    ],
    offers: [],
  };
}

/** A session whose every wish is granted and forgotten. */
export function stillSession(view: SessionView): Session {
  return {
    view,
    subscribe: () => () => undefined,
    sendText: () => true,
    prepareImage: () =>
      Promise.resolve({ ok: false, reason: "not-an-image", maxFileBytes: view.maxFileBytes }),
    sendImage: () => undefined,
    cancelImage: () => undefined,
    retry: () => undefined,
    discard: () => undefined,
    waitHere: () => undefined,
    deleteRoom: () => Promise.resolve(true),
    makePublic: () => Promise.resolve({ ok: true }),
    findBench: () => Promise.resolve({ ok: false, reason: "none" }),
    offerPairing: () => Promise.resolve({ ok: true }),
    takeBackOffer: () => Promise.resolve({ ok: true }),
    forgetOffer: () => undefined,
    unpair: () => Promise.resolve({ ok: true }),
    wake: () => undefined,
    links: () => ({ member: "https://bench.example/room#member", admin: null }),
    leave: () => undefined,
  };
}
