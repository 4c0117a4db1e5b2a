// A made-up label for a bench whose owner gave it none: two words from the park and a number, such as
// "quiet-linden-42". It proves nothing and is drawn anew at every start.

const MOODS = [
  "calm",
  "early",
  "green",
  "kind",
  "mild",
  "mossy",
  "quiet",
  "sunny",
  "warm",
  "windy",
];
const TREES = [
  "alder",
  "aspen",
  "birch",
  "elm",
  "hazel",
  "larch",
  "linden",
  "maple",
  "oak",
  "rowan",
];
const NUMBERS = 100;

/** One label, each as likely as another but for a bias of far less than one in a million. */
export function newLabel(): string {
  const [mood, tree, number] = crypto.getRandomValues(new Uint32Array(3));
  return `${MOODS[mood! % MOODS.length]}-${TREES[tree! % TREES.length]}-${number! % NUMBERS}`;
}
