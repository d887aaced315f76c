/**
 * Jobs and outcomes as JSON and back, bit for bit: a trial that was trained elsewhere has the numbers that it would have here. JSON has
 * no −0, no NaN and no arrays of floats; each is an object with one key that begins with "$".
 */
import { QueueError } from "../errors.ts";

const ARRAYS = { Float32Array, Float64Array, Uint32Array, Uint8Array } as const;
type ArrayName = keyof typeof ARRAYS;
const NUMBERS: Readonly<Record<string, number>> = {
  ...{ "-0": -0, NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, "-Infinity": Number.NEGATIVE_INFINITY },
};

/** @param value plain objects, arrays, texts, numbers, booleans, null and typed arrays; what is undefined is left out */
export const encode = (value: unknown): string => JSON.stringify(value, replaced);

function replaced(_: string, value: unknown): unknown {
  if (typeof value === "number") {
    if (Object.is(value, -0)) return { $n: "-0" };
    return Number.isFinite(value) ? value : { $n: String(value) };
  }
  if (!ArrayBuffer.isView(value)) return value;
  const name = value.constructor.name;
  if (!Object.hasOwn(ARRAYS, name)) throw new TypeError(`The codec has no ${name}.`);
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return { [`$${name}`]: bytes.toString("base64") };
}

/**
 * @param where what the text is, for the error
 * @throws QueueError if it is no text of {@link encode}
 */
export function decode(text: string, where: string): unknown {
  try {
    return JSON.parse(text, revived);
  } catch (error) {
    const { message } = error as Error;
    throw new QueueError(`${where} is damaged: ${message}. Use a queue of another name: --queue-name.`, {
      cause: error,
    });
  }
}

function revived(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  const key = keys[0];
  if (keys.length !== 1 || key === undefined || !key.startsWith("$")) return value;
  const text = (value as Record<string, unknown>)[key];
  if (typeof text !== "string") throw new Error(`${key} has no text`);
  if (key === "$n") {
    if (!Object.hasOwn(NUMBERS, text)) throw new Error(`${key} is no number`);
    return NUMBERS[text];
  }
  return arrayOf(key.slice(1), text);
}

function arrayOf(name: string, text: string): unknown {
  if (!Object.hasOwn(ARRAYS, name)) throw new Error(`There are no arrays of the kind ${name.slice(0, 20)}`);
  const bytes = Buffer.from(text, "base64");
  const ArrayOf = ARRAYS[name as ArrayName];
  if (bytes.length % ArrayOf.BYTES_PER_ELEMENT !== 0) throw new Error(`A ${name} has ${bytes.length} bytes`);
  // The bytes of a Buffer begin anywhere.
  return new ArrayOf(new Uint8Array(bytes).buffer);
}
