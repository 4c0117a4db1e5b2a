// What both sides prove and check: hashes, strict signatures, ids that commit to keys, joins and admin commands.

export * from "./admin_command.ts";
export * from "./ed25519.ts";
export * from "./hashes.ts";
export * from "./join_proof.ts";
export * from "./pairing.ts";
export * from "./room_ids.ts";
export * from "./x25519.ts";
