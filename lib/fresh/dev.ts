// The stand-in for `@fresh/core/dev`: the build, imported by `dev.ts` alone.
// The running app must never import it: it brings esbuild, and with it running and writing.
// The rules are in ./README.md.

export { Builder, type BuildOptions } from "./builder.ts";
