// Admin commands: made by the creator's tab, judged by bench and members with the same function.
// Rules: lib/wire/PROTOCOL.md section 5, [A1] to [A6].
//
//   frame  adminPub32 || sig64 || cmd
//   cmd    roomId16 || roomNonce32 || ctr u64 || op u8 || args
//   sig    Ed25519(admin, "bt1/admin\0" || cmd)

import {
  type AdminRefusal,
  type Bytes,
  concatBytes,
  equalBytes,
  idBytes,
  readU64,
  type RoomId,
  roomIdOf,
  u64,
  utf8,
} from "../wire/mod.ts";
import type { Signer, VerifySync } from "./ed25519.ts";
import { adminFingerprint } from "./room_ids.ts";

const CONTEXT = utf8("bt1/admin\0");
const COMMAND_AT = 32 + 64;
const ARGS_AT = COMMAND_AT + 16 + 32 + 8 + 1;

/** Admin operations by their op byte. 1, 2, 5, 6 and 7 have an effect [A6]; the others are refused as unsupported. */
export const ADMIN_OP = {
  makePublic: 1,
  delete: 2,
  rotate: 3,
  lock: 4,
  pairOffer: 5,
  pairCancel: 6,
  unpair: 7,
  invitePut: 8,
  inviteDelete: 9,
  sweep: 10,
  lifetime: 11,
} as const;

/** What a command must be bound to: this room, this instance of it, and its highest counter so far. */
export interface AdminBinding {
  readonly roomId: RoomId;
  readonly adminFp: Uint8Array;
  readonly roomNonce: Uint8Array;
  readonly lastAdminCtr: number;
}

/** A command that was taken: its op, arguments (a view) and counter, which becomes the room's last. */
export interface AdminCommand {
  readonly op: number;
  readonly args: Uint8Array;
  readonly ctr: number;
}

/** The verdict on an admin frame. */
export type AdminVerdict =
  | { readonly ok: true; readonly command: AdminCommand }
  | { readonly ok: false; readonly reason: AdminRefusal };

const refuse = (reason: AdminRefusal): AdminVerdict => ({ ok: false, reason });

/** Takes a frame if and only if key, room, instance, counter and signature all hold [A2]; cheapest first. */
export function checkAdminCommand(
  frame: Uint8Array,
  binding: AdminBinding,
  verify: VerifySync,
): AdminVerdict {
  if (frame.length < ARGS_AT) return refuse("malformed");
  const adminPublicKey = frame.subarray(0, 32);
  const signature = frame.subarray(32, COMMAND_AT);
  const command = frame.subarray(COMMAND_AT);
  const ctr = readU64(command, 48);
  // After the highest number there is, no other command could ever follow.
  if (ctr === null || ctr === Number.MAX_SAFE_INTEGER) return refuse("malformed");
  if (!equalBytes(adminFingerprint(adminPublicKey), binding.adminFp)) return refuse("not-admin");
  if (
    roomIdOf(command.subarray(0, 16)) !== binding.roomId ||
    !equalBytes(command.subarray(16, 48), binding.roomNonce)
  ) return refuse("wrong-room");
  if (ctr <= binding.lastAdminCtr) return refuse("stale");
  if (!verify(adminPublicKey, concatBytes(CONTEXT, command), signature)) {
    return refuse("bad-signature");
  }
  return { ok: true, command: { op: command[56]!, args: frame.subarray(ARGS_AT), ctr } };
}

/** The next counter: the clock, or one more than the last where the clock is behind [A3]. */
export function nextAdminCtr(nowMs: number, lastAdminCtr: number): number {
  return Math.max(Math.floor(nowMs), lastAdminCtr + 1);
}

/** Bytes of a signed admin frame, without the op byte of the WebSocket message. */
export async function newAdminCommand(
  admin: Signer,
  binding: Pick<AdminBinding, "roomId" | "roomNonce">,
  ctr: number,
  op: number,
  args: Uint8Array = new Uint8Array(0),
): Promise<Bytes> {
  const command = concatBytes(
    idBytes(binding.roomId),
    binding.roomNonce,
    u64(ctr),
    new Uint8Array([op]),
    args,
  );
  return concatBytes(admin.publicKey, await admin.sign(concatBytes(CONTEXT, command)), command);
}
