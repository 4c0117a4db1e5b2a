// Connections that are no sockets: idle ones, half a header, requests under way. They are few and last used last, so
// that whoever opens and holds cuts itself and keeps nobody out. Knows no addresses, only a word for each source.

/** Up to `most` connections; one more cuts the one longest unused of the source that has most. */
export class PageConnections<Connection> {
  readonly #most: number;
  readonly #cut: (connection: Connection) => void;
  /** Each in the order of last use; sources in the order in which they came. */
  readonly #bySource = new Map<string, Set<Connection>>();
  readonly #sources = new Map<Connection, string>();

  constructor(most: number, cut: (connection: Connection) => void) {
    this.#most = most;
    this.#cut = cut;
  }

  get size(): number {
    return this.#sources.size;
  }

  add(connection: Connection, source: string): void {
    if (this.#sources.size >= this.#most) this.#cutOne();
    let ofSource = this.#bySource.get(source);
    if (ofSource === undefined) this.#bySource.set(source, ofSource = new Set());
    ofSource.add(connection);
    this.#sources.set(connection, source);
  }

  /** It was used: others go before it. Harmless for one that is not here. */
  touch(connection: Connection): void {
    const source = this.#sources.get(connection);
    if (source === undefined) return;
    const ofSource = this.#bySource.get(source)!;
    ofSource.delete(connection);
    ofSource.add(connection);
  }

  /** It ended or became a socket. Harmless for one that is not here. */
  remove(connection: Connection): void {
    const source = this.#sources.get(connection);
    if (source === undefined) return;
    this.#sources.delete(connection);
    const ofSource = this.#bySource.get(source)!;
    ofSource.delete(connection);
    if (ofSource.size === 0) this.#bySource.delete(source);
  }

  cutAll(): void {
    for (const connection of [...this.#sources.keys()]) {
      this.remove(connection);
      this.#cut(connection);
    }
  }

  #cutOne(): void {
    let fullest: Set<Connection> | null = null;
    for (const ofSource of this.#bySource.values()) {
      if (fullest === null || ofSource.size > fullest.size) fullest = ofSource;
    }
    for (const connection of fullest ?? []) {
      this.remove(connection);
      this.#cut(connection);
      return;
    }
  }
}
