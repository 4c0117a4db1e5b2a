// Sockets to rooms.

export * from "./clock.ts";
export * from "./node_ed25519.ts";
export * from "./relay.ts";
export * from "./socket_port.ts";
