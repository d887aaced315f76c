/** How long a file and a function may be: what is longer does more than one thing, or has its reason here. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { functionsOf, parse } from "./helpers/sourceCode.ts";

const MOST_LINES_OF_A_FILE = 500;
const MOST_LINES_OF_A_FUNCTION = 80;

/** What may be longer, by "file" or "file: function", and why. */
const LONGER: Readonly<Record<string, string>> = {
  "src/data/synthetic/painter.ts: createPainter":
    "a closure whose loops share its arrays, which takes a tenth off the time of an image",
};

const source = join(import.meta.dirname, "../src");

/** What is too long in a file of this text. */
function tooLong(file: string, text: string): { what: string; lines: number }[] {
  const lines = text.split("\n").length - 1;
  const functions = functionsOf(parse(text, file))
    .filter((code) => code.lines > MOST_LINES_OF_A_FUNCTION)
    .map((code) => ({ what: `${file}: ${code.name}`, lines: code.lines }));
  return lines > MOST_LINES_OF_A_FILE ? [{ what: file, lines }, ...functions] : functions;
}

const found = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".generated.ts"))
  .sort()
  .flatMap((file) => tooLong(`src/${file.replaceAll("\\", "/")}`, readFileSync(join(source, file), "utf8")));

it("no file of the source has more than 500 lines, and no function more than 80, without a reason", () => {
  expect(found.filter(({ what }) => !Object.hasOwn(LONGER, what))).toEqual([]);
});

it("no reason stands here that is not needed any more: take it from the list", () => {
  const needed = found.map(({ what }) => what);
  expect(Object.keys(LONGER).filter((what) => !needed.includes(what))).toEqual([]);
});

const linesOf = (n: number) => Array.from({ length: n }, (_, i) => `  run(${i});\n`).join("");

it("counts the lines of every form of function, without the comments before it", () => {
  const body = `{\n${linesOf(79)}}`;
  const text = [
    `/**\n * A comment.\n */\nexport function declared() ${body}`,
    `const arrow = async () => ${body};`,
    `class A {\n  method() ${body}\n  get value() ${body}\n  constructor() ${body}\n  field = () => ${body};\n}`,
    `run("…", function () ${body});`,
    `const a = { method() ${body}, property: () => ${body} };`,
    "declare function without(): void;",
  ].join("\n");
  expect(tooLong("a.ts", text)).toEqual(
    [
      ...["a.ts", "a.ts: declared", "a.ts: arrow", "a.ts: A.method", "a.ts: A.value", "a.ts: A.constructor"],
      ...["a.ts: A.field", "a.ts: run(…)", "a.ts: method", "a.ts: property"],
    ].map((what) => ({ what, lines: what === "a.ts" ? text.split("\n").length - 1 : 81 })),
  );
});

it("lets a file have 500 lines, a function 80, and what only holds functions as many as these need", () => {
  expect(tooLong("a.ts", linesOf(500))).toEqual([]);
  expect(tooLong("a.ts", `function a() {\n${linesOf(78)}}`)).toEqual([]);
  const functions = (name: string) => `  ${name}() {\n${linesOf(60)}  },\n`;
  expect(tooLong("a.ts", `const make = () => ({\n${functions("a")}${functions("b")}});`)).toEqual([]);
});
