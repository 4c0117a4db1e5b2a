// The start page: what this is, a way to make a room, a way into one.

import { Head } from "fresh/runtime";
import CreateRoom from "../islands/CreateRoom.tsx";
import { define } from "../lib/bench/mod.ts";
import { StartPage } from "../lib/ui/StartPage.tsx";

export default define.page(function Start({ state }) {
  return (
    <>
      <Head>
        <title>BenchTalks: private rooms on a bench</title>
      </Head>
      <StartPage sourceUrl={state.bench.config.sourceUrl}>
        <CreateRoom />
      </StartPage>
    </>
  );
});
