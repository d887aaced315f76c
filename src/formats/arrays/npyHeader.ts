/**
 * The header of an NPY file (NumPy's NEP 1, versions 1 to 3). It is a literal of Python, which is parsed and never evaluated:
 *
 *   0x93 "NUMPY", major, minor | the length of the header: 2 bytes, from version 2 on 4, little endian
 *   {'descr': '<f8', 'fortran_order': False, 'shape': (60000, 784), } and spaces up to a line break | the elements
 */
import { DatasetError } from "../../errors.ts";
import type { ArrayLayout } from "./arrayTable.ts";
import {
  byteTextElements,
  dateElements,
  type ElementType,
  numberElements,
  unicodeElements,
} from "./elements.ts";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** The most bytes of a header. NumPy itself reads 10,000. */
export const MOST_HEADER = 60_000;
const MOST_DIMENSIONS = 64;
/** The most bytes of a text. */
const MOST_TEXT = 2 ** 20;

export const isNpy = (head: Uint8Array): boolean =>
  head.length >= MAGIC.length && MAGIC.every((byte, i) => head[i] === byte);

/**
 * Reads a header.
 * @param name the file, for errors
 * @param head its first bytes, {@link MOST_HEADER} and 12 more, or all if it has fewer
 * @throws DatasetError if it is none, or of an array that is no table of numbers or texts
 */
export function readNpyHeader(name: string, head: Uint8Array): ArrayLayout {
  const problem = (text: string, step = "Replace it by a good copy") =>
    new DatasetError(`${name} ${text}. ${step}.`);
  if (!isNpy(head)) throw problem('does not begin with 0x93 "NUMPY", as NPY files do');
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const major = head[6] ?? 0;
  const begin = major === 1 ? 10 : 12;
  if (head.length < begin) throw problem(`ends within its header, after ${head.length} bytes`);
  if (major < 1 || major > 3) {
    throw problem(
      `has version ${major} of NPY, expected 1, 2 or 3`,
      "Save it by numpy.save() of a current NumPy",
    );
  }
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MOST_HEADER) throw problem(`has a header of ${length} bytes, expected at most ${MOST_HEADER}`);
  if (head.length < begin + length) throw problem(`ends within its header, after ${head.length} bytes`);
  const bytes = head.subarray(begin, begin + length);
  const text = new TextDecoder(major === 3 ? "utf-8" : "latin1").decode(bytes);
  let fields: Map<string, Literal>;
  try {
    fields = headerFields(text);
  } catch (error) {
    throw problem(`has a header that is none of NumPy's: ${(error as Error).message}`);
  }
  const shape = fields.get("shape") as number[];
  const type = elementsOf(fields.get("descr")!, (text, step) => problem(text, step));
  return { type, shape, fortran: fields.get("fortran_order") === true, start: begin + length };
}

/** @throws an Error that says what is amiss */
function headerFields(text: string): Map<string, Literal> {
  const fields = parseLiteral(text);
  if (!(fields instanceof Map)) throw new Error("it is no dictionary");
  const names = [...fields.keys()].sort().join();
  if (names !== "descr,fortran_order,shape") {
    throw new Error(`it has ${JSON.stringify(names.slice(0, 100))}, expected descr, fortran_order and shape`);
  }
  if (typeof fields.get("fortran_order") !== "boolean")
    throw new Error("fortran_order is neither True nor False");
  const shape = fields.get("shape");
  const isShape = Array.isArray(shape) && shape.every((size) => typeof size === "number");
  if (!isShape) throw new Error("shape is no tuple of numbers");
  if (shape.length > MOST_DIMENSIONS)
    throw new Error(`shape has ${shape.length} dimensions, expected at most ${MOST_DIMENSIONS}`);
  return fields;
}

const ADVICE =
  "Save the columns that are wanted as an array of numbers or texts each: numpy.savez(FILE, X=…, y=…)";

/** @param problem makes the error of a type that is none of ours */
function elementsOf(descr: Literal, problem: (text: string, step?: string) => DatasetError): ElementType {
  if (Array.isArray(descr)) throw problem("holds an array of records, expected numbers or texts", ADVICE);
  if (typeof descr !== "string") throw problem("has a header whose descr is no text");
  const shown = JSON.stringify(descr.slice(0, 40));
  const [, order, kind, digits, unit] = /^([<>|=]?)([A-Za-z])(\d*)(?:\[([^\]]*)\])?$/.exec(descr) ?? [];
  if (kind === undefined) throw problem(`has elements of type ${shown}, which NumPy does not know`);
  const little = order !== ">";
  if (kind === "O") {
    throw problem(
      "holds pickled objects, which could run any program and are not read",
      "Save it with one type: numpy.save(FILE, array.astype(float)), or .astype(str)",
    );
  }
  if (kind === "c") {
    throw problem(`holds complex numbers (${shown})`, "Save the real and the imaginary parts as two columns");
  }
  const size = Number(digits);
  if (kind === "U" || kind === "S" || kind === "a") {
    const most = kind === "U" ? MOST_TEXT / 4 : MOST_TEXT;
    if (digits === "" || size < 1 || size > most) {
      throw problem(
        `holds texts of ${digits === "" ? "no" : digits} characters (${shown}), expected 1 to ${most}`,
      );
    }
    return kind === "U" ? unicodeElements(size, little) : byteTextElements(size);
  }
  if (kind === "M" && size === 8) {
    const [, multiple, name] = /^(\d{0,9})([A-Za-z]+)$/.exec(unit ?? "") ?? [];
    const elements =
      name === undefined ? undefined : dateElements(name, multiple === "" ? 1 : Number(multiple), little);
    if (elements !== undefined) return elements;
    throw problem(
      `holds moments of type ${shown}, whose unit is none of Y, M, W, D, h, m, s, ms, us, ns`,
      'Save them as numpy\'s "datetime64[ms]"',
    );
  }
  const elements = unit === undefined ? numberElements(`${kind}${digits}`, little) : undefined;
  if (elements !== undefined) return elements;
  throw problem(
    `holds elements of type ${shown}, expected numbers of up to 64 bits, booleans, texts (U, S) or moments (M8)`,
    "Save it by numpy.save(FILE, array.astype(float)), or .astype(str)",
  );
}

/** What a header may hold. */
type Literal = string | number | boolean | null | Literal[] | Map<string, Literal>;

const MOST_DEPTH = 16;

/**
 * A literal of Python: dictionaries with texts for keys, tuples, lists, texts, whole numbers ≥ 0, True, False, None.
 * @throws an Error that says where it is none
 */
function parseLiteral(text: string): Literal {
  let at = 0;
  const fail = (expected: string): never => {
    const found = at < text.length ? JSON.stringify(text.slice(at, at + 20)) : "its end";
    throw new Error(`at character ${at} stands ${found}, expected ${expected}`);
  };
  const space = () => {
    while (at < text.length && " \t\n\r".includes(text[at]!)) at++;
  };
  /** Values up to `end`, with commas between, and perhaps one behind. @returns whether there was a comma */
  const list = (end: string, value: () => void): boolean => {
    at++;
    let commas = 0;
    for (let first = true; ; first = false) {
      space();
      if (text[at] === end) break;
      if (!first) {
        if (text[at] !== ",") fail(`"," or "${end}"`);
        at++;
        commas++;
        space();
        if (text[at] === end) break;
      }
      value();
    }
    at++;
    return commas > 0;
  };
  const token = (pattern: RegExp, expected: string): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? fail(expected);
    at += found.length;
    return found;
  };
  const quoted = (): string => {
    const found = token(/'[^'\\\n]*'|"[^"\\\n]*"/y, "a text in quotes without backslashes");
    return found.slice(1, -1);
  };
  const value = (depth: number): Literal => {
    if (depth > MOST_DEPTH) fail(`no more than ${MOST_DEPTH} brackets within each other`);
    space();
    const character = text[at] ?? "";
    if (character === "'" || character === '"') return quoted();
    if (character === "(" || character === "[") {
      const items: Literal[] = [];
      const isTuple = list(character === "(" ? ")" : "]", () => items.push(value(depth + 1)));
      // (3) is the number 3, and (3,) a tuple of one.
      return character === "(" && items.length === 1 && !isTuple ? items[0]! : items;
    }
    if (character === "{") {
      const fields = new Map<string, Literal>();
      list("}", () => {
        const key = quoted();
        space();
        if (text[at] !== ":") fail('":"');
        at++;
        if (fields.has(key)) fail(`each name once, not ${JSON.stringify(key)} again`);
        fields.set(key, value(depth + 1));
      });
      return fields;
    }
    const word = token(/[A-Za-z]+|\d+L?/y, "a value");
    if (word === "True") return true;
    if (word === "False") return false;
    if (word === "None") return null;
    const number = Number(word.replace(/L$/, ""));
    if (Number.isSafeInteger(number)) return number;
    at -= word.length;
    return fail("True, False, None or a number below 2^53");
  };
  const result = value(0);
  // NumPy fills up with spaces and a line break; others with NULs.
  if (/[^\s\0]/.test(text.slice(at))) fail("its end");
  return result;
}
