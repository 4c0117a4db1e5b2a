// The load generator as the measuring process sees it: start it, give orders, end it.

import { fromRepository } from "../../support/repository.ts";
import type { AnswerLine, Answers, Order, OrderLine } from "./orders.ts";

/** A generator that runs. */
export class LoadGenerator implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reading: Promise<void>;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answers[keyof Answers]>>();
  #lastId = 0;

  constructor() {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--allow-net=127.0.0.1,localhost",
        fromRepository("tests/perf/load/generator.ts"),
      ],
      cwd: fromRepository("./"),
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Resolves when it was carried out. Rejects with what the generator saw that should not be. */
  async order<Tag extends Order["tag"]>(
    order: Extract<Order, { readonly tag: Tag }>,
  ): Promise<Answers[Tag]> {
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<Answers[keyof Answers]>();
    this.#waiting.set(id, waiting);
    const line: OrderLine = { id, order };
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
    return await waiting.promise as Answers[Tag];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#child.status;
    await this.#reading;
  }

  async #read(): Promise<void> {
    let unread = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (unread + text).split("\n");
      unread = lines.pop()!;
      for (const line of lines) this.#onAnswer(JSON.parse(line) as AnswerLine);
    }
    for (const { reject } of this.#waiting.values()) reject(new Error("the generator ended"));
  }

  #onAnswer(line: AnswerLine): void {
    const waiting = this.#waiting.get(line.id);
    this.#waiting.delete(line.id);
    if (line.tag === "done") waiting?.resolve(line.answer);
    else waiting?.reject(new Error(line.why));
  }
}
