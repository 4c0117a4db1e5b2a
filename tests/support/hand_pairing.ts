// Pairing two real benches without a page and without a session: an admin that is nothing but a socket, so that a room can be carried by
// several benches with nobody in it who speaks unasked. Uses the tab's own code for the pairing page.

import {
  type AdminSeed,
  deriveRoomKeys,
  encodeMemberToken,
  encodePairingLink,
  type RoomSecret,
} from "../../lib/crypto/mod.ts";
import { randomBytes } from "../../lib/nacl.ts";
import {
  ADMIN_OP,
  encodePairOffer,
  joinTranscript,
  naclSigner,
  newAdminCommand,
  pairClaimSeed,
  pairTokenHash,
} from "../../lib/proof/mod.ts";
import {
  acceptInvitation,
  type AcceptResult,
  parseInvitation,
} from "../../lib/session/pairing_page.ts";
import type { TabSocket, TabSocketEvents } from "../../lib/session/world.ts";
import {
  type BenchControl,
  encodeAdminCommand,
  encodeJoin,
  equalBytes,
  type Hi,
  parseBenchControl,
} from "../../lib/wire/mod.ts";

const WITHIN_MS = 20_000;

/** A socket to a bench as its own page opens it. */
export function connectAsPage(url: string, events: TabSocketEvents): TabSocket {
  // Deno takes headers here; the DOM's types do not know that.
  const options = { protocols: ["bt1"], headers: { origin: url } } as unknown as string[];
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws`, options);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data === "string") events.onText(data);
    else events.onBinary(new Uint8Array(data));
  };
  socket.onerror = (event) => event.preventDefault();
  socket.onclose = ({ code }) => events.onClose(code);
  return { send: (message) => socket.send(message), close: () => socket.close() };
}

/** The admin of a room, as a socket on its first bench. */
export class HandAdmin {
  readonly #url: string;
  readonly #secret: RoomSecret;
  readonly #admin: ReturnType<typeof naclSigner>;
  readonly #socket: TabSocket;
  readonly #controls: BenchControl[] = [];
  readonly #looks = new Set<() => void>();
  #ctr = Date.now();
  #closedWith: number | null = null;

  private constructor(url: string, secret: RoomSecret, adminSeed: AdminSeed) {
    this.#url = url;
    this.#secret = secret;
    this.#admin = naclSigner(adminSeed);
    this.#socket = connectAsPage(url, {
      onText: (text) => {
        const control = parseBenchControl(text);
        if (control !== null) this.#controls.push(control);
        for (const look of this.#looks) look();
      },
      onBinary: () => undefined,
      onClose: (code) => {
        this.#closedWith = code;
        for (const look of this.#looks) look();
      },
    });
  }

  /** Joins, and makes the room public. */
  static async enter(url: string, secret: RoomSecret, adminSeed: AdminSeed): Promise<HandAdmin> {
    const admin = new HandAdmin(url, secret, adminSeed);
    const keys = deriveRoomKeys(secret);
    const join = naclSigner(keys.join.secretKey.subarray(0, 32));
    const session = naclSigner(randomBytes(32));
    const { connNonce } = await admin.#next("hi");
    const transcript = joinTranscript(connNonce, keys.roomId, session.publicKey, url);
    admin.#socket.send(encodeJoin({
      roomId: keys.roomId,
      joinPublicKey: join.publicKey,
      adminFp: keys.adminFp,
      signPublicKey: session.publicKey,
      joinSignature: join.signSync(transcript),
      sessionSignature: session.signSync(transcript),
      create: true,
    }));
    await admin.#next("ok");
    await admin.act(ADMIN_OP.makePublic, new Uint8Array(0));
    return admin;
  }

  /** Signs a command and has the bench take it; throws when it does not. */
  async act(op: number, args: Uint8Array): Promise<void> {
    const { roomNonce } = this.#controls.findLast((each) => each.t === "ok")!;
    const binding = { roomId: deriveRoomKeys(this.#secret).roomId, roomNonce };
    const before = this.#controls.length;
    const command = await newAdminCommand(this.#admin, binding, ++this.#ctr, op, args);
    this.#socket.send(encodeAdminCommand(command));
    const { refusal } = await this.#next("adm", before);
    if (refusal !== null) throw new Error(`the bench refused it: ${refusal}`);
  }

  /** Makes a pairing link for the bench at `url`; resolves to its code once the bench has the offer. */
  async offerTo(url: string): Promise<string> {
    const { bench: hub } = await this.#next("hi");
    const spoke = await helloOf(url);
    const secret = randomBytes(32);
    await this.act(
      ADMIN_OP.pairOffer,
      encodePairOffer({
        tokenHash: pairTokenHash(secret),
        claimPublicKey: naclSigner(pairClaimSeed(secret)).publicKey,
        peerFp: spoke.bench.fp,
        hubFp: hub.fp,
      }),
    );
    return encodePairingLink({
      secret,
      hubSignPublicKey: hub.signPublicKey,
      hubBoxPublicKey: hub.boxPublicKey,
      roomToken: "",
      hubLabel: hub.label,
    });
  }

  /** Pairs the room with the bench at `url`, and waits until both say so. Resolves to the code of the link, which is used then. */
  async pairWith(url: string): Promise<string> {
    const spoke = await helloOf(url);
    const code = await this.offerTo(url);
    const accepted = await acceptAt(url, code);
    if (!accepted.ok) throw new Error(`not paired: ${accepted.reason}`);
    await this.#until(() =>
      this.#controls.findLast((each) => each.t === "links")?.benches.some(({ fp, isUp }) =>
        isUp && equalBytes(fp, spoke.bench.fp)
      ) === true
    );
    return code;
  }

  /** The room's link on the bench it was made on; for who wants to read along. */
  get memberLink(): string {
    return `${this.#url}/room#${encodeMemberToken(this.#secret)}`;
  }

  /** Goes without a word. */
  async leave(): Promise<void> {
    this.#socket.close();
    await this.#until(() => this.#closedWith !== null, true);
  }

  async #next<T extends BenchControl["t"]>(
    kind: T,
    after = 0,
  ): Promise<Extract<BenchControl, { readonly t: T }>> {
    const find = () => this.#controls.slice(after).find((each) => each.t === kind);
    await this.#until(() => find() !== undefined);
    return find() as Extract<BenchControl, { readonly t: T }>;
  }

  #until(holds: () => boolean, mayClose = false): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#looks.delete(look);
      };
      const look = (): void => {
        if (holds()) {
          end();
          resolve();
        } else if (this.#closedWith !== null && !mayClose) {
          end();
          reject(new Error(`the bench closed with ${this.#closedWith}`));
        }
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error("the bench did not answer in time"));
      }, WITHIN_MS);
      this.#looks.add(look);
      look();
    });
  }
}

/** Opens a pairing link at the bench at `url`, as its keeper does. */
export function acceptAt(url: string, code: string): Promise<AcceptResult> {
  const read = parseInvitation(code);
  if (read.tag !== "invitation") throw new Error("the pairing link does not read");
  const { invitation } = read;
  return acceptInvitation(
    { invitation, operatorToken: "" },
    (events) => connectAsPage(url, events),
  );
}

/** What a bench says first. */
async function helloOf(url: string): Promise<Hi> {
  const { promise, resolve, reject } = Promise.withResolvers<Hi>();
  const socket = connectAsPage(url, {
    onText: (text) => {
      const control = parseBenchControl(text);
      if (control?.t === "hi") resolve(control);
    },
    onBinary: () => undefined,
    onClose: () => reject(new Error("the bench said no hello")),
  });
  const hi = await promise;
  socket.close();
  return hi;
}
