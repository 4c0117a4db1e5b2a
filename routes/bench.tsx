// What this bench is to others: its full id, and whether it joins a park.

import { Head } from "fresh/runtime";
import BenchId from "../islands/BenchId.tsx";
import { define } from "../lib/bench/mod.ts";
import { BenchPage } from "../lib/ui/BenchPage.tsx";

export default define.page(function ThisBench({ state }) {
  const { bench } = state;
  return (
    <>
      <Head>
        <title>This bench - BenchTalks</title>
      </Head>
      <BenchPage
        sourceUrl={bench.config.sourceUrl}
        facts={{
          fullId: bench.fullId,
          federation: bench.federation(),
          isPairingOn: bench.isPairingOn,
          asksOperatorToken: bench.asksOperatorToken,
          hasLastingId: bench.hasLastingId,
        }}
      >
        <BenchId fullId={bench.fullId} />
      </BenchPage>
    </>
  );
});
