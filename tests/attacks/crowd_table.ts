// Every attack by its name: what the attackers' process can be asked for.

import {
  comeAndGo,
  falseProofs,
  foreignOrigins,
  halfHeaders,
  joinsAndLeaves,
  neverJoin,
  roomsOfOne,
  slowOnes,
} from "./crowd_doors.ts";
import { endlessFragments, hugeMessage, junkFrames, oneByteFragments } from "./crowd_frames.ts";
import { commanders, fastSenders, stoppedReaders } from "./crowd_members.ts";

export type { Report } from "./crowd_tools.ts";

export const ATTACKS = {
  comeAndGo,
  commanders,
  endlessFragments,
  falseProofs,
  fastSenders,
  foreignOrigins,
  halfHeaders,
  hugeMessage,
  joinsAndLeaves,
  junkFrames,
  neverJoin,
  oneByteFragments,
  roomsOfOne,
  slowOnes,
  stoppedReaders,
} as const;

export type AttackName = keyof typeof ATTACKS;

/** What an attack is told. */
export type AttackOptions<Name extends AttackName> = Parameters<typeof ATTACKS[Name]>[1];
