/** What kind of column the first rows show. */
import { DatasetError } from "../errors.ts";
import { booleanValues } from "./booleans.ts";
import { textOfCell } from "./cells.ts";
import { dateEvidence } from "./dates.ts";
import type { MissingTexts } from "./missing.ts";
import { shownText } from "./names.ts";
import {
  isCode,
  MOST_OF,
  PLAIN,
  parseNumber,
  type StyleEvidence,
  settledStyle,
  styleEvidence,
} from "./numbers.ts";
import type { Cell, DateStyle, NumberStyle, TableOptions } from "./table.ts";
import { asFlags, type WordedOptions, type Wording } from "./wording.ts";

/** What a column seems to be; what its numbers are written like is settled with the other columns. */
export type Guess =
  | { readonly kind: "number"; readonly evidence?: StyleEvidence; readonly why?: string | undefined }
  | { readonly kind: "date"; readonly style?: DateStyle | undefined; readonly ambiguous?: string | undefined }
  | { readonly kind: "category"; readonly why?: string | undefined };

/** Texts of a column that errors and reasons show as examples. */
const exampleOf = (texts: readonly string[], test: (text: string) => boolean): string | undefined => {
  const found = texts.find(test);
  return found === undefined ? undefined : shownText(found);
};

/**
 * @param cells the first cells, of which some are not missing
 * @param decimal what the user has said of numbers
 */
export function guessKind(
  cells: readonly Cell[],
  missing: MissingTexts,
  { decimal, numeric }: { readonly decimal?: "." | "," | undefined; readonly numeric: boolean },
): Guess {
  const texts: string[] = [];
  let numbers = 0;
  let dates = 0;
  for (const cell of cells) {
    if (cell === null || cell === undefined) continue;
    if (typeof cell === "number" || typeof cell === "bigint") {
      if (!Number.isNaN(cell)) numbers++;
    } else if (cell instanceof Date) dates++;
    else {
      const text = textOfCell(cell).trim();
      if (!missing.hasNumber(text)) texts.push(text);
    }
  }
  if (numeric) return { kind: "number", evidence: styleEvidence(texts, decimal) };
  const typed = numbers + dates;
  if (texts.length === 0 && typed > 0) {
    if (numbers > 0 && dates > 0) return { kind: "category", why: "it has numbers and dates" };
    return { kind: numbers > 0 ? "number" : "date" };
  }
  if (texts.length === 0 || booleanValues([...new Set(texts)].slice(0, 9)) !== undefined)
    return { kind: "category" };
  return guessOfTexts(texts, numbers, decimal);
}

function guessOfTexts(texts: readonly string[], typedNumbers: number, decimal: "." | "," | undefined): Guess {
  const evidence = styleEvidence(texts, decimal);
  const numbers = evidence.numbers + typedNumbers;
  const all = texts.length + typedNumbers;
  if (numbers >= MOST_OF * all) {
    const code = exampleOf(texts, isCode);
    if (code !== undefined) return { kind: "category", why: `codes: ${code} has leading zeros` };
    const { unit } = evidence.style;
    return {
      kind: "number",
      evidence,
      why: unit === undefined ? undefined : `numbers with ${unit}, which is taken off`,
    };
  }
  const { dates, style, ambiguous } = dateEvidence(texts);
  if (dates >= MOST_OF * all) return { kind: "date", style, ambiguous };
  if (numbers < all / 2) return { kind: "category" };
  const other = exampleOf(texts, (text) => Number.isNaN(parseNumber(text, evidence.style)));
  return { kind: "category", why: other === undefined ? undefined : `texts: ${other} is no number` };
}

/** The points or commas of numbers, if the columns of a file are agreed on them. */
export function decimalOf(guesses: readonly Guess[], { decimal }: TableOptions): "." | "," | undefined {
  if (decimal !== undefined) return decimal;
  const seen = new Set<"." | ",">();
  for (const guess of guesses) {
    if (guess.kind !== "number" || guess.evidence === undefined) continue;
    const { telling, other, style } = guess.evidence;
    if (telling && other === undefined) seen.add(style.decimal);
  }
  return seen.size === 1 ? [...seen][0] : undefined;
}

/**
 * How the numbers of a column are written, with what is known of its file.
 * @throws DatasetError if they could be read as others
 */
export function styleOf(
  evidence: StyleEvidence | undefined,
  where: { readonly table: string; readonly name: string },
  context: {
    readonly delimiter?: string | undefined;
    readonly decimal?: "." | "," | undefined;
    readonly wording?: Wording | undefined;
  },
): NumberStyle {
  if (evidence === undefined) return PLAIN;
  const style = settledStyle(evidence, context);
  if (style !== undefined) {
    return evidence.telling || context.decimal === undefined ? style : { ...style, decimal: context.decimal };
  }
  const { example, style: other } = evidence.other!;
  const { option } = context.wording ?? asFlags;
  const [one, two] = [evidence.style, other].map((its) => parseNumber(example, its));
  throw new DatasetError(
    `${where.table}, column ${shownText(where.name)}: ${shownText(example)} can be ${one} and ${two}, and nothing in the ` +
      `file says which. Say what stands before fractions: ${option("decimal", ".")} or ${option("decimal", ",")}.`,
  );
}

/** How the dates of a column are written. @throws DatasetError if they could be read as others */
export function dateStyleOf(
  guess: { readonly style?: DateStyle | undefined; readonly ambiguous?: string | undefined },
  where: { readonly table: string; readonly name: string },
  { dates, wording: { option } = asFlags }: WordedOptions,
): DateStyle | undefined {
  if (guess.style === undefined) return undefined;
  if (dates !== undefined) return { first: dates === "day-first" ? "day" : "month" };
  if (guess.ambiguous === undefined) return guess.style;
  throw new DatasetError(
    `${where.table}, column ${shownText(where.name)}: in ${shownText(guess.ambiguous)} the day or the month can come first, ` +
      `and no date of the column says which. Say it: ${option("dates", "day-first")} or ${option("dates", "month-first")}.`,
  );
}
