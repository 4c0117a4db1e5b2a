// Accepting a pairing, on the second bench. The link's secret stands after the '#', which no request carries.

import { Head } from "fresh/runtime";
import PairBench from "../islands/PairBench.tsx";
import { define } from "../lib/bench/mod.ts";

export default define.page(function Pair({ state }) {
  const { bench } = state;
  return (
    <>
      <Head>
        <title>Pairing - BenchTalks</title>
      </Head>
      <PairBench
        sourceUrl={bench.config.sourceUrl}
        benchId={bench.fullId}
        federation={bench.federation()}
        isPairingOn={bench.isPairingOn}
        asksOperatorToken={bench.asksOperatorToken}
      />
    </>
  );
});
