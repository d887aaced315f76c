/** Names for columns, each once and none empty, of those that stand in a file. */

/** How much of a name is shown where it is said that it was mended. */
const MOST_SHOWN = 60;

/**
 * Mends names: a blank one becomes "column3" after its place, the second "a" becomes "a 2".
 * @param facts is told what was mended
 */
export function mendNames(names: readonly string[], facts: string[]): string[] {
  const taken = new Set(names);
  /** Of a name that comes again: the number that was given last. */
  const numbers = new Map<string, number>();
  const seen = new Set<string>();
  const mended: string[] = [];
  const blanks: string[] = [];
  const repeated: string[] = [];
  for (const [index, given] of names.entries()) {
    const blank = given === "";
    const base = blank ? `column${index + 1}` : given;
    let name = base;
    if (blank ? taken.has(base) : seen.has(base)) {
      let number = numbers.get(base) ?? 1;
      do name = `${base} ${++number}`;
      while (taken.has(name));
      numbers.set(base, number);
    }
    taken.add(name);
    seen.add(name);
    mended.push(name);
    if (blank) blanks.push(name);
    else if (name !== given) repeated.push(name);
  }
  if (blanks.length > 0) facts.push(`columns without a name: now ${listed(blanks)}`);
  if (repeated.length > 0) facts.push(`names that come again: now ${listed(repeated)}`);
  return mended;
}

/** Names for columns that have none: "column1", "column2", … */
export const numberedNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `column${index + 1}`);

function listed(names: readonly string[]): string {
  const some = names.slice(0, 3).map((name) => JSON.stringify(name.slice(0, MOST_SHOWN)));
  return names.length > 3 ? `${some.join(", ")} and ${names.length - 3} more` : some.join(", ");
}
