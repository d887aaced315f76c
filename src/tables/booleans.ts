/** Texts that are an answer, yes or no. 0 and 1 are numbers. */

/** Pairs that go together, [no, yes], in lower case. */
export const BOOLEAN_PAIRS: readonly (readonly [no: string, yes: string])[] = [
  ["false", "true"],
  ["no", "yes"],
  ["n", "y"],
  ["f", "t"],
  ["off", "on"],
  ["nein", "ja"],
];

const answers = new Map(BOOLEAN_PAIRS.flatMap(([no, yes]) => [[no, 0] as const, [yes, 1] as const]));

/** 0 or 1; undefined if the text is neither. */
export const booleanOf = (text: string): 0 | 1 | undefined => answers.get(text.trim().toLowerCase());

/**
 * How 0 and 1 are written in a column with these values, as each comes first: ["No", "Yes"]. Undefined unless all of them are
 * of one pair, and both are there.
 */
export function booleanValues(values: readonly string[]): readonly [no: string, yes: string] | undefined {
  // "yes", "Yes", "YES" and "no": more spellings than these are no column of answers.
  if (values.length < 2 || values.length > 8) return undefined;
  const lower = values.map((value) => value.toLowerCase());
  const pair = BOOLEAN_PAIRS.find((candidate) => candidate.includes(lower[0]!));
  if (pair === undefined || !lower.every((value) => pair.includes(value))) return undefined;
  const [no, yes] = pair.map((word) => values[lower.indexOf(word)]);
  return no === undefined || yes === undefined ? undefined : [no, yes];
}
