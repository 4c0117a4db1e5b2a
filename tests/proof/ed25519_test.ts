// [P3] One strict rule in front of every back end: the same vectors and the same forgeries run against each. A forgery is
// first shown to pass a loose verifier, so that what refuses it is the rule and not a mistake in the forgery.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { sha512, signKeyPair, verifyDetachedLoose } from "../../lib/nacl.ts";
import {
  isStrictInput,
  isStrictPublicKey,
  naclSigner,
  newEd25519,
  type Signer,
  strictSync,
  type Verify,
  type VerifySync,
  verifyWithNacl,
  webCryptoSigner,
  webCryptoVerify,
} from "../../lib/proof/mod.ts";
import { verifyWithNode } from "../../lib/relay/node_ed25519.ts";
import { concatBytes, utf8 } from "../../lib/wire/mod.ts";
import {
  addPoints,
  decodePoint,
  encodePoint,
  fromLittleEndian,
  ORDER,
  pointOf,
  PRIME,
  toLittleEndian,
} from "../support/edwards.ts";
import { nodeSigner } from "../support/node_signer.ts";
import { Seeded } from "../support/seeded.ts";
import { hex, vectors } from "../support/vectors.ts";

const later = (verify: VerifySync): Verify => (...all) => Promise.resolve(verify(...all));

const BACK_ENDS: readonly { readonly name: string; readonly verify: Verify }[] = [
  { name: "verifyWithNacl()", verify: later(verifyWithNacl) },
  { name: "verifyWithNode()", verify: later(verifyWithNode) },
  { name: "webCryptoVerify()", verify: webCryptoVerify(crypto.subtle) },
  { name: "newEd25519(subtle)", verify: (await newEd25519(crypto.subtle)).verify },
  { name: "newEd25519(undefined)", verify: (await newEd25519(undefined)).verify },
];

const SIGNERS: readonly {
  readonly name: string;
  readonly newSigner: (seed: Uint8Array) => Promise<Signer>;
}[] = [
  { name: "naclSigner()", newSigner: (seed) => Promise.resolve(naclSigner(seed)) },
  { name: "webCryptoSigner()", newSigner: (seed) => webCryptoSigner(crypto.subtle, seed) },
  {
    name: "newEd25519(subtle).newSigner()",
    newSigner: async (seed) => await (await newEd25519(crypto.subtle)).newSigner(seed),
  },
  {
    name: "newEd25519(undefined).newSigner()",
    newSigner: async (seed) => await (await newEd25519(undefined)).newSigner(seed),
  },
  { name: "the tests' own signer", newSigner: (seed) => Promise.resolve(nodeSigner(seed)) },
];

interface Signed {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

// RFC 8032 section 7.1: TEST 1, 2, 3 and SHA(abc).
const RFC_8032: readonly (Signed & { readonly seed: Uint8Array })[] = [
  {
    seed: hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
    publicKey: hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
    message: hex(""),
    signature: hex(
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
  },
  {
    seed: hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"),
    publicKey: hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
    message: hex("72"),
    signature: hex(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
  },
  {
    seed: hex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"),
    publicKey: hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"),
    message: hex("af82"),
    signature: hex(
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
  },
  {
    seed: hex("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42"),
    publicKey: hex("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf"),
    message: sha512(utf8("abc")),
    signature: hex(
      "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
  },
];

const { inputs, room, join, admin } = vectors;
const makePublic = hex(admin.MAKE_PUBLIC_ctr1_frame);

/** Every signature of the vectors that this issue uses. */
const BT1: readonly Signed[] = [
  { publicKey: hex(room.joinPub), message: hex(join.T), signature: hex(join.sj) },
  { publicKey: hex(join.signPub), message: hex(join.T), signature: hex(join.ss) },
  {
    publicKey: hex(room.adminPub),
    message: concatBytes(utf8("bt1/admin-session\0"), hex(room.roomId), hex(join.signPub)),
    signature: hex(join.badge),
  },
  {
    publicKey: makePublic.subarray(0, 32),
    message: concatBytes(utf8("bt1/admin\0"), makePublic.subarray(96)),
    signature: makePublic.subarray(32, 96),
  },
];

/** A key pair and a scalar: `scalar * B` is `point`. */
function scalarOf(seed: Uint8Array): { readonly point: Uint8Array; readonly scalar: bigint } {
  const half = sha512(seed).slice(0, 32);
  half[0]! &= 248;
  half[31] = (half[31]! & 127) | 64;
  return { point: signKeyPair(seed).publicKey, scalar: fromLittleEndian(half) % ORDER };
}

const challenge = (r: Uint8Array, publicKey: Uint8Array, message: Uint8Array): bigint =>
  fromLittleEndian(sha512(concatBytes(r, publicKey, message))) % ORDER;

const ANY_SCALAR = scalarOf(new Uint8Array(32).fill(5));

/** A signature under a small-order key that holds in a verifier without our rule: the challenge is a multiple of 8. */
function forgeFor(publicKey: Uint8Array): Signed {
  const { point, scalar } = ANY_SCALAR;
  for (let i = 0;; i++) {
    const message = utf8(`whoever I like said this ${i}`);
    if (challenge(point, publicKey, message) % 8n === 0n) {
      return { publicKey, message, signature: concatBytes(point, toLittleEndian(scalar)) };
    }
  }
}

const Y_OF_ORDER_8 = fromLittleEndian(
  hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
);
/** All encodings of the eight points of small order: canonical, above the prime, and with either sign bit. */
const SMALL_ORDER_KEYS: readonly Uint8Array[] = [
  0n,
  1n,
  PRIME - 1n,
  Y_OF_ORDER_8,
  PRIME - Y_OF_ORDER_8,
  PRIME,
  PRIME + 1n,
].flatMap((y) => [toLittleEndian(y), toLittleEndian(y, true)]);
const FORGERIES: readonly Signed[] = SMALL_ORDER_KEYS.map(forgeFor);

/** The twin of a signature that holds too where S >= L is taken. */
function plusOrder(signature: Uint8Array): Uint8Array {
  const s = fromLittleEndian(signature.subarray(32));
  return concatBytes(signature.subarray(0, 32), toLittleEndian(s + ORDER));
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const out = bytes.slice();
  out[bit >> 3]! ^= 1 << (bit & 7);
  return out;
}

// The classic: under the neutral key one byte and 63 zeros are a signature over everything.
const NEUTRAL = toLittleEndian(1n);
const FITS_ALL = concatBytes(NEUTRAL, new Uint8Array(32));

Deno.test("[P3] every forgery of this file passes a verifier without the rule", () => {
  for (const { publicKey, message, signature } of FORGERIES) {
    assert(verifyDetachedLoose(message, signature, publicKey));
  }
  assert(verifyDetachedLoose(utf8("anything"), FITS_ALL, NEUTRAL));
  for (const { publicKey, message, signature } of RFC_8032) {
    assert(verifyDetachedLoose(message, plusOrder(signature), publicKey));
  }
});

for (const { name, newSigner } of SIGNERS) {
  Deno.test(`[P3] ${name} signs RFC 8032's and bt1's vectors byte for byte`, async () => {
    for (const { seed, publicKey, message, signature } of RFC_8032) {
      const signer = await newSigner(seed);
      assertEquals(signer.publicKey.toHex(), publicKey.toHex());
      assertEquals((await signer.sign(message)).toHex(), signature.toHex());
    }
    const session = await newSigner(hex(inputs.sessionSignSeed));
    assertEquals(session.publicKey.toHex(), join.signPub);
    assertEquals((await session.sign(hex(join.T))).toHex(), join.ss);
  });
}

Deno.test("[P3] a seed that has not 32 bytes is a mistake of ours, with either signer", async () => {
  for (const length of [0, 31, 33, 64]) {
    assertThrows(() => naclSigner(new Uint8Array(length)));
    await assertRejects(() => webCryptoSigner(crypto.subtle, new Uint8Array(length)));
  }
});

for (const { name, verify } of BACK_ENDS) {
  Deno.test(`[P3] ${name} takes RFC 8032's and bt1's vectors`, async () => {
    for (const { publicKey, message, signature } of [...RFC_8032, ...BT1]) {
      assert(await verify(publicKey, message, signature));
    }
  });

  Deno.test(`[P3] ${name} refuses one flipped bit of signature, key or message`, async () => {
    const { publicKey, message, signature } = RFC_8032[2]!;
    // TweetNaCl takes 10 ms a look; the platform's are shown every bit.
    const step = name.includes("acl") || name.includes("undefined") ? 61 : 1;
    for (let bit = 0; bit < 512; bit += step) {
      assertEquals(await verify(publicKey, message, flipped(signature, bit)), false);
    }
    for (let bit = 0; bit < 256; bit += step) {
      assertEquals(await verify(flipped(publicKey, bit), message, signature), false);
    }
    for (let bit = 0; bit < 16; bit += Math.min(step, 7)) {
      assertEquals(await verify(publicKey, flipped(message, bit), signature), false);
    }
  });

  Deno.test(`[P3] ${name} refuses S + L, which a loose verifier takes`, async () => {
    for (const { publicKey, message, signature } of RFC_8032) {
      assertEquals(await verify(publicKey, message, plusOrder(signature)), false);
    }
  });

  Deno.test(`[P3] ${name} refuses every small-order key, also where the signature holds`, async () => {
    for (const { publicKey, message, signature } of FORGERIES) {
      assertEquals(await verify(publicKey, message, signature), false);
    }
    assertEquals(await verify(NEUTRAL, utf8("anything"), FITS_ALL), false);
  });

  Deno.test(`[P3] ${name} answers wrong lengths and junk with false and never throws`, async () => {
    const { publicKey, message, signature } = RFC_8032[1]!;
    for (const length of [0, 1, 31, 32, 33, 63, 65, 96, 128]) {
      const some = new Uint8Array(length);
      some.set(signature.subarray(0, length));
      assertEquals(await verify(publicKey, message, some), false);
    }
    for (const length of [0, 1, 16, 31, 33, 64]) {
      const some = new Uint8Array(length);
      some.set(publicKey.subarray(0, length));
      assertEquals(await verify(some, message, signature), false);
    }
    const random = new Seeded(8032);
    for (let i = 0; i < 300; i++) {
      const junk = random.bytes(64);
      // Half of them get past the bound on S, so that the back end sees them.
      if (i % 20 === 0) junk[63] = 0;
      assertEquals(await verify(random.bytes(32), random.bytes(i), junk), false);
    }
  });
}

Deno.test("[P3] the eight points of small order are the ones that the rule names", () => {
  const neutral = { x: 0n, y: 1n };
  const points = [0n, 1n, PRIME - 1n, Y_OF_ORDER_8, PRIME - Y_OF_ORDER_8].flatMap((y) =>
    [false, true].map((isOdd) => pointOf(y, isOdd)!)
  );
  const distinct = new Set(points.map(({ x, y }) => `${x} ${y}`));
  assertEquals(distinct.size, 8);
  for (const point of points) {
    const twice = addPoints(point, point);
    const fourTimes = addPoints(twice, twice);
    assertEquals(addPoints(fourTimes, fourTimes), neutral);
  }
});

Deno.test("[P3] what the rule refuses does not reach a back end that would say yes to everything", async () => {
  const yes = strictSync(() => true);
  const subtle = {
    importKey: () => Promise.resolve({}),
    verify: () => Promise.resolve(true),
  } as unknown as SubtleCrypto;
  const yesLater = webCryptoVerify(subtle);
  const { publicKey, message, signature } = RFC_8032[0]!;
  assert(yes(publicKey, message, signature));
  assert(await yesLater(publicKey, message, signature));

  const aboveThePrime = Array.from({ length: 19 }, (_, i) => PRIME + BigInt(i))
    .flatMap((y) => [toLittleEndian(y), toLittleEndian(y, true)]);
  for (const key of [...SMALL_ORDER_KEYS, ...aboveThePrime, publicKey.subarray(1)]) {
    assertEquals(isStrictPublicKey(key), false);
    assertEquals(yes(key, message, signature), false);
    assertEquals(await yesLater(key, message, signature), false);
  }
  const r = signature.subarray(0, 32);
  for (const s of [ORDER, ORDER + 1n, 2n * ORDER, 2n ** 253n, 2n ** 256n - 1n]) {
    const twin = concatBytes(r, toLittleEndian(s));
    assertEquals(yes(publicKey, message, twin), false);
    assertEquals(await yesLater(publicKey, message, twin), false);
  }
});

Deno.test("[P3] the rule's bounds are exact: S = L - 1 and the largest canonical y pass it", () => {
  const { publicKey, signature } = RFC_8032[0]!;
  const largestS = concatBytes(signature.subarray(0, 32), toLittleEndian(ORDER - 1n));
  assert(isStrictInput(publicKey, largestS));
  assert(isStrictPublicKey(toLittleEndian(PRIME - 2n)));
  assert(isStrictPublicKey(toLittleEndian(2n)));
});

Deno.test("[P3] a back end that throws has refused", () => {
  const { publicKey, message, signature } = RFC_8032[0]!;
  const broken = strictSync(() => {
    throw new Error("no such curve here");
  });
  assertEquals(broken(publicKey, message, signature), false);
});

Deno.test("[P3] back ends agree on a key with a small-order part and on a small-order R", async () => {
  // Else a member could say what some see and others do not.
  const { point, scalar } = scalarOf(new Uint8Array(32).fill(3));
  const torsion = pointOf(Y_OF_ORDER_8, false)!;
  const mixed = encodePoint(addPoints(decodePoint(point)!, torsion));
  const nonce = scalarOf(new Uint8Array(32).fill(4));
  const verdicts = new Set<string>();
  for (let i = 0, seen = 0; seen < 4; i++) {
    const message = utf8(`mixed ${i}`);
    const h = challenge(nonce.point, mixed, message);
    // Two where the small-order part cancels and two where only a cofactored check would take it.
    if ((h % 8n === 0n) !== (seen < 2)) continue;
    seen++;
    const s = (nonce.scalar + h * scalar) % ORDER;
    const signature = concatBytes(nonce.point, toLittleEndian(s));
    const answers = await Promise.all(
      BACK_ENDS.map(({ verify }) => verify(mixed, message, signature)),
    );
    assertEquals(new Set(answers).size, 1, `${answers}`);
    verdicts.add(`${h % 8n === 0n} ${answers[0]}`);
  }
  assertEquals([...verdicts], ["true true", "false false"]);

  for (const r of SMALL_ORDER_KEYS) {
    const message = utf8("a nonce of nothing");
    const s = challenge(r, point, message) * scalar % ORDER;
    const signature = concatBytes(r, toLittleEndian(s));
    const answers = await Promise.all(
      BACK_ENDS.map(({ verify }) => verify(point, message, signature)),
    );
    assertEquals(new Set(answers).size, 1, `${answers}`);
  }
});

Deno.test("[P3] newEd25519() takes the platform where it works and TweetNaCl where it does not", async () => {
  assertEquals((await newEd25519(crypto.subtle)).backEnd, "webcrypto");
  assertEquals((await newEd25519(undefined)).backEnd, "nacl");
  const unsupported = {
    importKey: () => Promise.reject(new DOMException("", "NotSupportedError")),
  } as unknown as SubtleCrypto;
  assertEquals((await newEd25519(unsupported)).backEnd, "nacl");
  const wrong = {
    importKey: (...all: Parameters<SubtleCrypto["importKey"]>) => crypto.subtle.importKey(...all),
    sign: () => Promise.resolve(new ArrayBuffer(64)),
    verify: () => Promise.resolve(false),
  } as unknown as SubtleCrypto;
  assertEquals((await newEd25519(wrong)).backEnd, "nacl");
});

Deno.test("[P3] webCryptoVerify() stays right when more keys come than it remembers", async () => {
  const verify = webCryptoVerify(crypto.subtle);
  const message = utf8("a busy room");
  const signers = Array.from({ length: 70 }, (_, i) => nodeSigner(new Uint8Array(32).fill(i + 1)));
  for (let round = 0; round < 2; round++) {
    for (const [i, { publicKey, signSync }] of signers.entries()) {
      assert(await verify(publicKey, message, signSync(message)));
      const other = signers[(i + 1) % signers.length]!;
      assertEquals(await verify(publicKey, message, other.signSync(message)), false);
    }
  }
});
