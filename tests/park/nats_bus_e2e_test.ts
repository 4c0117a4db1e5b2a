// The bus over real NATS servers: the contract on one server, on two in a cluster and over WebSocket.

import { NatsServer, startCluster } from "../support/nats_server.ts";
import { natsPlace } from "../support/nats_place.ts";
import { testBus } from "./bus_contract.ts";

testBus("nats", async () => natsPlace([await NatsServer.start()]));
testBus("nats cluster", async () => natsPlace(await startCluster(2)));
testBus("nats over WebSocket", async () =>
  natsPlace(
    [await NatsServer.start({ hasWebSocket: true })],
    (server) => `ws://127.0.0.1:${server.port("websocket")}`,
  ));
