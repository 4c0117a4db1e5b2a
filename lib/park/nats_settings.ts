// What an operator sets about NATS, before and after files were read. Shapes alone: config.ts fills in the first, the rim
// that may read files makes the second of it.

import type { NatsAddress } from "./nats_addresses.ts";

/** A setting that is its own text, or a file that holds it. */
export type TextOrFile =
  | { readonly tag: "text"; readonly text: string }
  | { readonly tag: "file"; readonly path: string };

/** NATS_PEERS, and how to be let in there, as set. */
export interface NatsSettings {
  readonly addresses: readonly NatsAddress[];
  /** NATS_CREDS: a creds file. */
  readonly creds: TextOrFile | null;
  /** NATS_NKEY: the seed of a user's nkey. */
  readonly nkey: TextOrFile | null;
  /** NATS_CA: certificates in PEM. */
  readonly ca: TextOrFile | null;
}

/** Which servers, and what to show them. The texts are read and checked. */
export interface NatsAccess {
  readonly addresses: readonly NatsAddress[];
  readonly creds: string | null;
  readonly nkey: string | null;
  /** The one authority to trust. With it no `nats` address is spoken to in the clear. */
  readonly ca: string | null;
}
