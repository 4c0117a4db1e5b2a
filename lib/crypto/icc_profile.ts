// Rewrites a colour profile from what decides about colours: the curves, primaries, white point and tables. A profile also holds
// names, dates, and what a system adds (on some, the make, model and serial number of the screen a screenshot was taken on): all of
// that goes, and constant names stand in its place, since some readers insist on names. Rules: ICC.1:2022 sections 7 and 9.

import { type Bytes, concatBytes } from "../wire/mod.ts";
import { chunkName, hasTag, u16be, u32be } from "./byte_fields.ts";

const headerBytes = 128;
const entryBytes = 12;
/** More than any profile of a picture has; bounds the work on a made-up table. */
const maxTags = 100;

/** Header fields that are kept: version, class, colour space and connection space, "acsp", rendering intent. */
const keptHeader = [[8, 10], [12, 24], [36, 40], [64, 68]] as const;
/** The D50 white that every profile states at 68. */
const d50 = Uint8Array.of(0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d);

const names = (text: string): readonly number[] => text.match(/.{4}/g)?.map(chunkName) ?? [];

/** The tags that decide about colours, and the types of data each may have. */
const colourTags: ReadonlyMap<number, readonly number[]> = new Map(
  ([
    ["rXYZgXYZbXYZwtptbkptlumi", "XYZ "],
    ["rTRCgTRCbTRCkTRC", "curvpara"],
    ["chad", "sf32"],
    ["chrm", "chrm"],
    ["cicp", "cicp"],
    ["A2B0A2B1A2B2B2A0B2A1B2A2", "mft1mft2mAB mBA "],
    ["D2B0D2B1D2B2D2B3B2D0B2D1B2D2B2D3", "mpet"],
  ] as const).flatMap(([tags, types]) => names(tags).map((tag) => [tag, names(types)] as const)),
);

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

// Version 4: one record, English, the text "icc". Version 2: "icc" with empty other scripts; and an empty copyright text.
const name4 = latin1("mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS\0\0\0\x06\0\0\0\x1c\0i\0c\0c");
const name2 = concatBytes(
  latin1("desc\0\0\0\0\0\0\0\x04icc\0"),
  new Uint8Array(4 + 4 + 2 + 1 + 67),
);
const copyright2 = latin1("text\0\0\0\0icc\0");

interface Tag {
  readonly name: number;
  readonly data: Uint8Array;
}

/** A profile with the same colours and no names; null when `profile` does not hold together. Rewriting it again changes nothing. */
export function rewriteIccProfile(profile: Uint8Array): Bytes | null {
  const { length } = profile;
  if (length < headerBytes + 4 || u32be(profile, 0) !== length) return null;
  if (!hasTag(profile, 36, length, "acsp")) return null;
  const tags = readTags(profile);
  if (tags === null) return null;
  const version4 = (profile[8] ?? 0) >= 4;
  tags.push({ name: chunkName("desc"), data: version4 ? name4 : name2 });
  tags.push({ name: chunkName("cprt"), data: version4 ? name4 : copyright2 });

  const header = new Uint8Array(headerBytes);
  for (const [from, to] of keptHeader) header.set(profile.subarray(from, to), from);
  header.set(d50, 68);
  const table = new Uint8Array(4 + entryBytes * tags.length);
  const tableView = new DataView(table.buffer);
  tableView.setUint32(0, tags.length);
  const parts: Uint8Array[] = [header, table];
  const placed = new Map<string, number>(); // three equal curves are commonly stored once
  let at = headerBytes + table.length;
  tags.forEach(({ name, data }, i) => {
    const source = `${data.byteOffset} ${data.length} ${data.buffer === profile.buffer}`;
    let offset = placed.get(source);
    if (offset === undefined) {
      offset = at;
      placed.set(source, at);
      const padding = new Uint8Array((4 - data.length % 4) % 4);
      parts.push(data, padding);
      at += data.length + padding.length;
    }
    [name, offset, data.length].forEach((value, n) =>
      tableView.setUint32(4 + i * 12 + n * 4, value)
    );
  });
  new DataView(header.buffer).setUint32(0, at);
  return concatBytes(...parts);
}

/** The tags that decide about colours, each once; null when the table or a tag leaves the profile. */
function readTags(profile: Uint8Array): Tag[] | null {
  const count = u32be(profile, headerBytes);
  if (count > maxTags || headerBytes + 4 + count * entryBytes > profile.length) return null;
  const tags: Tag[] = [];
  let taken = 0;
  for (let i = 0; i < count; i++) {
    const entry = headerBytes + 4 + i * entryBytes;
    const name = u32be(profile, entry);
    const offset = u32be(profile, entry + 4);
    const size = u32be(profile, entry + 8);
    if (offset < headerBytes || size < 8 || offset + size > profile.length) return null;
    const types = colourTags.get(name);
    if (types === undefined || tags.some((tag) => tag.name === name)) continue;
    if (!types.includes(u32be(profile, offset))) return null; // text where a number belongs
    const used = usedBytes(profile, offset, size);
    if (used > size) return null;
    taken += size;
    // Tags may share data, as three equal curves do; a table that shares without end would make the result grow.
    if (taken > 8 * profile.length) return null;
    tags.push({ name, data: profile.subarray(offset, offset + used) });
  }
  return tags;
}

/** How many bytes a tag's type takes, so that nothing stands behind its numbers; tables of whole colour spaces keep their size. */
function usedBytes(profile: Uint8Array, offset: number, size: number): number {
  switch (u32be(profile, offset)) {
    case chunkName("XYZ "):
      return 20;
    case chunkName("curv"):
      return 12 + 2 * u32be(profile, offset + 8);
    case chunkName("para"): // by the kind of function: one exponent, up to seven numbers
      return 12 + 4 * ([1, 3, 4, 5, 7][u16be(profile, offset + 8)] ?? size);
    case chunkName("sf32"): // the one array of them, `chad`, is a matrix
      return 8 + 4 * 9;
    default:
      return size;
  }
}
