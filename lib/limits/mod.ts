// What a bench's limits are counted with: buckets, and a book of addresses that forgets. Pure; the clock and the random
// keys are the relay's. Rules: lib/wire/PROTOCOL.md section 7; numbers: lib/wire/limits.ts.

export { AddressBook, type AddressBookOptions, type AddressRecord } from "./address_book.ts";
export { type ClientAddress, clientAddress, type ConnectionSource } from "./client_address.ts";
export { keyedHash } from "./keyed_hash.ts";
export { TokenBucket } from "./token_bucket.ts";
