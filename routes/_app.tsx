// The document around every page. No inline script, no inline style, nothing from another host; the policy in
// lib/bench/headers.ts would stop it.

import { asset } from "fresh/runtime";
import { define } from "../lib/bench/mod.ts";

export default define.page(function Document({ Component }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>BenchTalks</title>
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
        />
        <meta
          name="description"
          content="Private rooms on a bench in the park: talk that the bench cannot read."
        />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f5efe1" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#151b17" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex, nofollow" />
        <link rel="stylesheet" href={asset("/styles.css")} />
        <link rel="icon" href={asset("/favicon.svg")} type="image/svg+xml" />
        <link rel="apple-touch-icon" href={asset("/apple-touch-icon.png")} />
        <link rel="manifest" href={asset("/manifest.webmanifest")} />
      </head>
      <body>
        <Component />
      </body>
    </html>
  );
});
