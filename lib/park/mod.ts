// The park as the rest of the bench knows it: who this bench is, its place among the others, and the bus they meet on.

export type { Bus, BusRefusal, BusStatus } from "./bus.ts";
export { type BenchIdentity, newBenchIdentity } from "./identity.ts";
export { LateBus } from "./late_bus.ts";
export type { Link } from "./link.ts";
export { openNatsBus } from "./open_bus.ts";
export { Park, type ParkCounts, type ParkOptions } from "./park.ts";
export type { ParkAsker, RoomFacts, Rooms } from "./park_ports.ts";
export {
  NATS_PEERS_TAKES,
  type NatsAddress,
  type NatsPeers,
  parseNatsPeers,
  showNatsAddress,
} from "./nats_addresses.ts";
export { isCertificates, isNkeySeed, parseNatsCreds } from "./nats_secrets.ts";
export type { NatsAccess, NatsSettings, TextOrFile } from "./nats_settings.ts";
