/** How flags are written, and which one an unknown flag may mean. It knows no setting, so that every command can load it. */

/** "--eta-max" for "etaMax". */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The flags of an entry of the table: "--lr", "--eta-max". */
export const flagNames = (flags: string): string[] => flags.match(/--[a-z0-9-]+/g) ?? [];

/** What other programs call the flag --data, as words with spaces between. */
export const DATA_WORDS = "dataset data-set data-dir datadir data-path input train-data train-dir folder";

/** "--Batch_Size=5", "--batchSize" and "--batch-size" are "batch-size". */
const plain = (flag: string): string =>
  flag
    .replace(/^-+/, "")
    .replace(/=.*$/s, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replaceAll("_", "-");

/**
 * The flags among `known` that are probably meant, or none.
 * @param flag as it was given, with its hyphens
 * @param words what other programs call our flags
 */
export function meantFlags(
  flag: string,
  known: readonly string[],
  words: Readonly<Record<string, string>>,
): string[] {
  const word = plain(flag);
  const same = known.filter((name) => plain(name) === word && name.startsWith("--"));
  if (same.length > 0) return same;
  return Object.keys(words)
    .filter((name) => known.includes(name) && words[name]!.split(" ").includes(word))
    .slice(0, 1);
}
