/**
 * Numbers in texts: how they are written in a column, and what each is, to the last bit as JavaScript reads it. Hexadecimal
 * numbers, words and fractions are no numbers.
 */
import type { NumberStyle } from "./table.ts";

/** 1234.5 */
export const PLAIN: NumberStyle = { decimal: ".", group: "" };

const POWERS = Float64Array.from({ length: 16 }, (_, i) => Number(`1e${i}`));
const MOST_DIGITS = 15;
const ZERO = 48;

/**
 * A number of at most 15 digits, with a sign and a decimal point or comma perhaps, and nothing else. Its digits are an integer
 * below 2^53, and the power of ten by which that is divided is exact: the quotient is rounded once, as Number() rounds it.
 * @param decimal the code of the point or comma
 * @returns NaN for every other text, numbers among them, and for whole ones with leading zeros, which may be codes
 */
export function plainNumber(text: string, decimal: number): number {
  const { length } = text;
  const sign = length > 0 ? text.charCodeAt(0) : 0;
  const start = sign === 45 || sign === 43 ? 1 : 0;
  let digits = 0;
  let value = 0;
  let fraction = -1;
  for (let i = start; i < length; i++) {
    const code = text.charCodeAt(i);
    const digit = code - ZERO;
    if (digit >= 0 && digit <= 9) {
      value = 10 * value + digit;
      digits++;
    } else if (code === decimal && fraction < 0) fraction = digits;
    else return Number.NaN;
  }
  if (digits === 0 || digits > MOST_DIGITS) return Number.NaN;
  if (fraction < 0) {
    if (digits > 1 && text.charCodeAt(start) === ZERO) return Number.NaN;
  } else value /= POWERS[digits - fraction]!;
  return sign === 45 ? -value : value;
}

/** A whole number with leading zeros: a code, unless somebody says that it is a number. */
export const isCode = (text: string): boolean => /^[+-]?0\d+$/.test(text.trim());

/** The longest text that is looked at as a number: none that is written in full is longer. */
const LONGEST = 1100;

const UNITS = "%‰$€£¥₹₽₩₺₴₿";
const BEFORE = new RegExp(`^([+-]?)\\s*([${UNITS}])\\s*(.*)$`, "s");
const BEHIND = new RegExp(`^(.*?)\\s*([${UNITS}])$`, "s");

/** The sign of a currency or of percent around a number, and the number without it. */
export function splitUnit(text: string): { readonly unit: string; readonly rest: string } | undefined {
  if (text.length > LONGEST) return undefined;
  const body = text.trim();
  const behind = BEHIND.exec(body);
  if (behind !== null) return { unit: behind[2]!, rest: behind[1]! };
  const before = BEFORE.exec(body);
  return before === null ? undefined : { unit: before[2]!, rest: before[1]! + before[3]! };
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^[+-]?(?:inf|infinity|∞)$/i;
/** Whole numbers in groups, with the point or comma that may follow: the group's sign is put in the place of G. */
const GROUPED: Readonly<Record<string, RegExp>> = {
  ",": /^([+-]?[1-9]\d{0,2}(?:,\d{3})+)(\.\d*)?$/,
  ".": /^([+-]?[1-9]\d{0,2}(?:\.\d{3})+)(,\d*)?$/,
  " ": /^([+-]?[1-9]\d{0,2}(?:[ \u00a0\u2009\u202f]\d{3})+)([.,]\d*)?$/,
  "'": /^([+-]?[1-9]\d{0,2}(?:['’]\d{3})+)([.,]\d*)?$/,
};

/**
 * The number that a text is in this style.
 * @returns NaN if it is none; ±Infinity if it is too large, or says so
 */
export function parseNumber(text: string, style: NumberStyle): number {
  const plain = plainNumber(text, style.decimal === "," ? 44 : 46);
  if (!Number.isNaN(plain) && style.unit === undefined) return plain;
  if (text.length > LONGEST) return Number.NaN;
  let body = text.trim();
  if (style.unit !== undefined) {
    const split = splitUnit(body);
    if (split?.unit !== style.unit) return Number.NaN;
    body = split.rest;
  }
  if (body.startsWith("−")) body = `-${body.slice(1)}`;
  if (INFINITE.test(body)) return body.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  body = withoutGroups(body, style);
  if (style.decimal === ",") {
    if (body.includes(".")) return Number.NaN;
    body = body.replace(",", ".");
  }
  return NUMBER.test(body) ? Number(body) : Number.NaN;
}

function withoutGroups(body: string, { decimal, group }: NumberStyle): string {
  if (group === "" || group === decimal) return body;
  const grouped = GROUPED[group]?.exec(body);
  if (grouped === null || grouped === undefined) return body;
  const fraction = grouped[2] ?? "";
  if (fraction !== "" && fraction[0] !== decimal) return body;
  return grouped[1]!.replace(/[^\d+-]/g, "") + fraction;
}

/** Styles in the order in which they are preferred where they read a column alike. */
const STYLES: readonly NumberStyle[] = [
  PLAIN,
  { decimal: ",", group: "" },
  { decimal: ".", group: "," },
  { decimal: ",", group: "." },
  { decimal: ".", group: " " },
  { decimal: ",", group: " " },
  { decimal: ".", group: "'" },
  { decimal: ",", group: "'" },
];

/** What the texts of a column say of its style. */
export interface StyleEvidence {
  /** The style that reads most of them. */
  readonly style: NumberStyle;
  /** How many texts it reads. */
  readonly numbers: number;
  /** Another that reads as many, but as other numbers, and a text that shows it: "1,234". */
  readonly other?: { readonly style: NumberStyle; readonly example: string } | undefined;
  /** Whether there are points or commas in numbers: its style says something of the file's. */
  readonly telling: boolean;
}

/** A point that could be one of thousands: 1.234. */
const POINT_OF_THOUSANDS = /^[+-]?[1-9]\d{0,2}\.\d{3}$/;

/**
 * Weighs how the numbers of a column are written.
 * @param texts without missing ones
 * @param decimal what a user has said of fractions
 */
export function styleEvidence(texts: readonly string[], decimal?: "." | ","): StyleEvidence {
  const known = STYLES.filter((style) => decimal === undefined || style.decimal === decimal);
  let plain = 0;
  let points = 0;
  let thousands = 0;
  for (const text of texts) {
    const value = plainNumber(text, 46);
    if (Number.isNaN(value)) continue;
    plain++;
    if (text.includes(".")) {
      points++;
      if (POINT_OF_THOUSANDS.test(text)) thousands++;
    }
  }
  if (plain === texts.length && points === 0) return { style: known[0]!, numbers: plain, telling: false };
  if (plain === texts.length && points > thousands && decimal !== ",") {
    return { style: PLAIN, numbers: plain, telling: true };
  }
  const unit = commonUnit(texts);
  const styles = unit === undefined ? known : known.map((style) => ({ ...style, unit }));
  return bestOf(styles, texts);
}

/** The unit of the first number that has one, if nine of ten have it. */
function commonUnit(texts: readonly string[]): string | undefined {
  const units = texts.slice(0, 1000).map((text) => splitUnit(text)?.unit);
  const first = units.find((unit) => unit !== undefined);
  const having = units.filter((unit) => unit === first).length;
  return first !== undefined && having >= 0.9 * units.length ? first : undefined;
}

function bestOf(styles: readonly NumberStyle[], texts: readonly string[]): StyleEvidence {
  // Most columns of texts are no numbers at all: some of them say so.
  const values = (style: NumberStyle, some: readonly string[]) =>
    some.map((text) => parseNumber(text, style));
  const read = (some: readonly string[]) =>
    styles.map((style) => {
      const numbers = values(style, some);
      return { style, values: numbers, numbers: numbers.filter((value) => !Number.isNaN(value)).length };
    });
  const first = texts.slice(0, 200);
  const few = read(first);
  const most = Math.max(...few.map(({ numbers }) => numbers));
  if (texts.length > first.length && most < first.length / 2) {
    return { style: PLAIN, numbers: 0, telling: false };
  }
  const all = texts.length > first.length ? read(texts) : few;
  const top = Math.max(...all.map(({ numbers }) => numbers));
  const [best, ...others] = all.filter(({ numbers }) => numbers === top);
  const differs = (value: number, i: number) => !Object.is(value, best!.values[i]);
  const other = others.find((style) => style.values.some(differs));
  return {
    style: best!.style,
    numbers: top,
    other: other && { style: other.style, example: texts[other.values.findIndex(differs)]! },
    telling: texts.some((text) => /[.,]/.test(text)),
  };
}

/** The share of a column's texts that must be numbers, or dates, for it to be a column of these. */
export const MOST_OF = 0.9;

/**
 * How the numbers of a column are written.
 * @param samples texts of the column, none of them missing
 * @param delimiter what separates the cells of the file
 * @returns undefined if it is no column of numbers; "ambiguous" if they could be read as others
 */
export function numberStyleOf(
  samples: readonly string[],
  delimiter?: string,
): NumberStyle | "ambiguous" | undefined {
  const evidence = styleEvidence(samples);
  if (samples.length === 0 || evidence.numbers < MOST_OF * samples.length) return undefined;
  return settledStyle(evidence, { delimiter }) ?? "ambiguous";
}

/** What else is known of a file. */
export interface StyleContext {
  readonly delimiter?: string | undefined;
  /** What its user has said, or its other columns show. */
  readonly decimal?: "." | "," | undefined;
}

/** The style of a column, if it is certain; undefined if it could be another. */
export function settledStyle(
  { style, other }: StyleEvidence,
  { delimiter, decimal }: StyleContext,
): NumberStyle | undefined {
  if (other === undefined) return style;
  if (decimal !== undefined) {
    return [style, other.style].find((candidate) => candidate.decimal === decimal);
  }
  // 1.234 everywhere: points of thousands alone are rare, and points of fractions are what most files have.
  if (style === PLAIN) return style;
  // A file with decimal commas has its cells apart by something else: here a comma in a number is one of thousands.
  if (delimiter === ",") return [style, other.style].find((candidate) => candidate.decimal === ".");
  if (delimiter === ";") return [style, other.style].find((candidate) => candidate.decimal === ",");
  return undefined;
}
