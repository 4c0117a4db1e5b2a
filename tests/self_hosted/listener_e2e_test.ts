// The self-hosted listener under the contract that every listener keeps.

import { openListener } from "../../lib/self_hosted/mod.ts";
import { testContract } from "../relay/listener_contract.ts";

testContract({
  name: "self-hosted",
  isBounded: true,
  open: (accept, onFault) =>
    openListener({
      hostname: "127.0.0.1",
      port: 0,
      maxConnections: 100,
      admit: () => ({ ok: true, accept }),
      handler: () => new Response("a page"),
      onFault,
    }),
});
