// Deno's own WebSocket under the contract: a real listener and real sockets.

import { upgradeNative } from "../../lib/relay/native_listener.ts";
import { testContract } from "./listener_contract.ts";

testContract({
  name: "native",
  isBounded: false,
  open(accept, onFault) {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => upgradeNative(request, accept, onFault),
    );
    return Promise.resolve({ port: server.addr.port, close: () => server.shutdown() });
  },
});
