/** Words around numbers: plurals, counts in words, and lists. */

const NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split(" ");

/** "three", "no" for none; in digits from thirteen on. */
export const inWords = (count: number): string => NUMBERS[count] ?? String(count);

/** The noun as it stands after the number: "epoch" after 1, "epochs" after all others. */
export const pluralOf = (noun: string, count: number): string => (count === 1 ? noun : `${noun}s`);

/** "1 epoch", "20 epochs" */
export const counted = (count: number, noun: string): string => `${count} ${pluralOf(noun, count)}`;

/** "one epoch", "three epochs", "20 epochs" */
export const countedInWords = (count: number, noun: string): string =>
  `${inWords(count)} ${pluralOf(noun, count)}`;

/** With a capital letter. */
export const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** "a", "a and b", "a, b and c" */
export const listed = (items: readonly (string | number)[]): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
