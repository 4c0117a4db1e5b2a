// Routes written as Fresh's documentation writes them have their types, and run as they are.
// The checks on types fail when this file is type-checked.

import { assertEquals } from "@std/assert";
import {
  App,
  type Context,
  createDefine,
  type FreshContext,
  HttpError,
  type Middleware,
  page,
  type PageProps,
  type RouteHandler,
} from "fresh";
import { applyBuild } from "../../lib/fresh/build.ts";

interface State {
  text?: string;
}

const define = createDefine<State>();

/** Compiles only where A and B are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

const handler = define.handlers({
  async GET(ctx) {
    const path: string = ctx.url.pathname;
    if (ctx.state.text === "redirect") return ctx.redirect("/");
    return page({ foo: await Promise.resolve(path), count: 1 });
  },
  POST() {
    throw new HttpError(409);
  },
});

const Page = define.page<typeof handler>((props) => {
  const same: Same<typeof props.data, { foo: string; count: number }> = true;
  const text: string | undefined = props.state.text;
  return <p>{same && props.data.foo} {text}</p>;
});

const plain: Middleware<State> = (ctx) => {
  ctx.state.text = "from the middleware";
  return ctx.next();
};

const middleware = define.middleware([plain, (ctx) => ctx.next()]);

const layout = define.layout(function Layout({ Component, state }) {
  return (
    <div title={state.text}>
      <Component />
    </div>
  );
});

function Untyped({ data, url }: PageProps<{ n: number }, State>) {
  return <p>{data.n + 1} {url.pathname}</p>;
}

const untyped: RouteHandler<{ n: number }, State> = { GET: () => ({ data: { n: 1 } }) };

// Both names mean the same.
const context: Same<Context<State>, FreshContext<State>> = true;

Deno.test("the define helpers hand back what they are given, and it runs", async () => {
  applyBuild({
    routes: {
      "_middleware": { default: middleware },
      "_layout": { default: layout },
      "typed": { handler, default: Page },
      "untyped": { handler: untyped, default: Untyped },
    },
  });
  const app = new App<State>().fsRoutes();
  const get = async (path: string) => {
    const response = await app.handler()(new Request(`http://localhost${path}`));
    return (await response.text()).replace("<!DOCTYPE html>", "");
  };
  assertEquals(context, true);
  assertEquals(
    await get("/typed"),
    '<div title="from the middleware"><p>/typed from the middleware</p></div>',
  );
  assertEquals(
    await get("/untyped"),
    '<div title="from the middleware"><p>2 /untyped</p></div>',
  );
});
