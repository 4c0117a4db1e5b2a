# A bench in a container. Two stages: one that builds (esbuild runs and writes), one that can do neither.
#
#   docker build -t benchtalks .
#   docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges -p 3000:3000 benchtalks
#
# Files that NATS_CREDS, NATS_NKEY and NATS_CA name: -v ./secrets:/app/secrets:ro
#
# The tests never start this file: where they run there is no container engine. They hold its command against the
# `start` task (tests/promises/container_test.ts).

FROM denoland/deno:2.9.6 AS build
WORKDIR /app
ENV DENO_DIR=/deno-dir
COPY deno.json deno.lock main.ts dev.ts serve.ts ./
COPY lib lib
COPY routes routes
COPY islands islands
COPY static static
RUN deno run --no-prompt --allow-all dev.ts build
# Whatever serving needs is fetched and compiled now, so that the second stage starts without a network.
RUN deno cache serve.ts _fresh/server.js && chmod -R a+rX /deno-dir /app

FROM denoland/deno:2.9.6
WORKDIR /app
COPY --from=build /deno-dir /deno-dir
COPY --from=build /app /app
# Nothing is written while it runs: no lock file, no cache, no update check.
ENV DENO_DIR=/deno-dir DENO_NO_UPDATE_CHECK=1 NO_COLOR=1
USER deno
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["deno", "eval", "--no-lock", "const port = Deno.env.get('PORT') || 3000; const { ok } = await fetch(`http://localhost:${port}/health`); Deno.exit(ok ? 0 : 1)"]
# The image's own entry point is a shell script; the bench is to get signals itself.
ENTRYPOINT []
CMD ["deno", "run", "--cached-only", "--no-prompt", "--allow-net", "--allow-env=PORT,HOST,MAX_FILE_SIZE,BENCH_ID,BENCH_KEY,NATS_PEERS,NATS_CREDS,NATS_NKEY,NATS_CA,PAIRING,OPERATOR_TOKEN,PUBLIC_URL,TRUST_PROXY,SOURCE_URL,MAX_PER_ADDRESS,MAX_UNJOINED_PER_ADDRESS,MAX_JOINS_PER_MINUTE,MAX_FRAMES_PER_SECOND,MAX_BYTES_PER_SECOND,MAX_ROOM_BYTES_PER_SECOND,MAX_MEMBERS,MAX_ROOMS,MAX_CONNECTIONS,METRICS,WS_NO_BUFFER_UTIL,WS_NO_UTF_8_VALIDATE", "--allow-read=_fresh,deno.json,main.ts,lib,routes,islands,secrets", "serve.ts"]
