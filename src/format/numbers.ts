/** Numbers and units as people read them. */

/**
 * A loss or a metric for people: with four decimals; from a thousand on with six digits or more, and four digits and an exponent
 * where those would say little: "0.5355", "49010.0", "102534", "2.464e-8".
 */
export function measureText(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || !Number.isFinite(value)) return value.toFixed(4);
  if (size < 1e-3 || size >= 1e9) return value.toExponential(3);
  return value.toFixed(size < 1000 ? 4 : Math.max(0, 6 - String(Math.trunc(size)).length));
}

/** With so many decimals, and a true minus: "0.5355", "−0.0021". */
export const decimals = (value: number, digits = 4): string => value.toFixed(digits).replace("-", "−");

export interface SignedOptions {
  /** Decimals. Default: 4. */
  readonly digits?: number;
  /** Whether what rounds to nothing keeps its sign: "+0.0000", "−0.0000". Default: false. */
  readonly signsZero?: boolean;
}

/** A difference with its sign: "+0.0117", "−0.0003", "0.0000". */
export function signed(value: number, { digits = 4, signsZero = false }: SignedOptions = {}): string {
  const text = Math.abs(value).toFixed(digits);
  if (!signsZero && Number(text) === 0) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

/** Rounded to so many digits that count. */
const rounded = (value: number, digits: number): number => Number(value.toPrecision(digits));

export interface ShortOptions {
  /** How many digits count. Default: 4. */
  readonly digits?: number;
  /** Numbers nearer to 0 than this are written as 2.5e-5. Default: 1e-6, as JavaScript does. */
  readonly exponentBelow?: number;
}

/** As few digits as the rounded number needs: "0.1235", "3", "2.5e-7". */
export function short(value: number, { digits = 4, exponentBelow = 1e-6 }: ShortOptions = {}): string {
  const number = rounded(value, digits);
  return number !== 0 && Math.abs(number) < exponentBelow ? number.toExponential() : String(number);
}

/**
 * With so many digits that count: "0.0125", "50". Where an exponent is shorter, below 0.01 and from a million on, all of them
 * stand: "7.86e-3", "1.00e+6".
 */
export function significant(value: number, digits: number): string {
  const size = Math.abs(value);
  return value !== 0 && (size < 0.01 || size >= 1e6)
    ? value.toExponential(digits - 1)
    : String(rounded(value, digits));
}

/** With an exponent, and as few digits as the rounded number needs: "7.86e-3", "1e-1", "2e5". */
export const scientific = (value: number, digits: number): string =>
  rounded(value, digits).toExponential().replace("e+", "e");

/** A whole number with its thousands apart: "45,000". */
export const thousands = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

/** The part of a whole in percents, rounded down: "100%" is said of the whole only. */
export const percent = (part: number, whole: number): string => `${Math.floor((100 * part) / whole)}%`;

/** Bytes in megabytes, without the unit: "6.1", "170". @param digits decimals. Default: one where they are few, or none */
export const megabytes = (bytes: number, { digits = bytes < 1e7 ? 1 : 0 } = {}): string =>
  (bytes / 1e6).toFixed(digits);

/** "48 s", "3 min 5 s", "1 h 2 min": to the nearest second or, from an hour on, minute. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "48 s left": seconds are rounded up, so that what goes on never has 0 s left. */
export const timeLeft = (seconds: number): string => `${duration(Math.ceil(seconds))} left`;
