// A room's page, the same for every room: which one it is stands after the '#', which no request carries.

import { Head } from "fresh/runtime";
import ChatRoom from "../islands/ChatRoom.tsx";
import { define } from "../lib/bench/mod.ts";

export default define.page(function Room({ state }) {
  return (
    <>
      <Head>
        <title>A room - BenchTalks</title>
      </Head>
      <ChatRoom sourceUrl={state.bench.config.sourceUrl} />
    </>
  );
});
