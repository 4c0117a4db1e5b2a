// Sockets to rooms.

export * from "./handshake.ts";
export * from "./native_listener.ts";
export * from "./node_ed25519.ts";
export * from "./origin.ts";
export * from "./outgoing.ts";
export * from "./relay.ts";
export * from "./socket_port.ts";
export * from "./park_port.ts";
export { FarRooms } from "./far_rooms.ts";
