/** Answers as lines of JSON. */
import { jsonText } from "../../format/json.ts";
import { shortestText } from "../../format/shortest.ts";
import { isSet, largest } from "../../metrics/predicted.ts";
import { ENDS } from "../../model/intervals.ts";
import type { Cell } from "../../tables/table.ts";
import type { FloatArray } from "../../tensor.ts";
import {
  type AnswerBlock,
  type AnswerShape,
  type AnswerWriter,
  answerKeys,
  dateText,
  isMissing,
  widthOf,
} from "./answers.ts";

/** A cell of the input: null if it is missing; an integer that a double cannot hold is a text. */
function keptValue(cell: Cell): string {
  if (typeof cell === "string") return jsonText(cell);
  if (isMissing(cell)) return "null";
  if (cell instanceof Date) return jsonText(dateText(cell) || null);
  if (typeof cell === "bigint") return Number.isSafeInteger(Number(cell)) ? String(cell) : `"${cell}"`;
  return typeof cell === "number" && !Number.isFinite(cell) ? `"${cell}"` : String(cell);
}

/** @throws ConfigError if a kept column has the name of something else */
export function jsonAnswers(shape: AnswerShape): AnswerWriter {
  const { kind, names, kept } = shape;
  const keys = answerKeys(shape);
  const number = shortestText(shape.precision);
  // What stands before each value. Keys are written, not set: a class may be called "__proto__".
  const keptKeys = kept.map((name) => `,${jsonText(name)}:`);
  const targetKeys = keys.targets.map((name) => `,${jsonText(name)}:`);
  const nameKeys = names.map((name, j) => `${j === 0 ? "" : ","}${jsonText(name)}:`);
  /** A number for each name, from one of the outputs on. */
  const byName = (key: string, outputs: FloatArray, at: number) => {
    let text = `${key}{`;
    for (let j = 0; j < names.length; j++) text += nameKeys[j]! + number(outputs[at + j]!);
    return `${text}}`;
  };
  const classes = names.map((name) => `,"class":${jsonText(name)}`);
  const width = widthOf(shape);
  const ends = (outputs: FloatArray, i: number) =>
    ENDS.map((end, k) => byName(`,"${end}":`, outputs, i * width + (k + 1) * names.length)).join("");
  const answer = {
    classes: ({ outputs }: AnswerBlock, i: number) => classes[largest(outputs, i, width)]!,
    numbers: ({ outputs }: AnswerBlock, i: number) => {
      let text = "";
      for (let j = 0; j < names.length; j++) text += targetKeys[j]! + number(outputs[i * width + j]!);
      return shape.ranged ? text + ends(outputs, i) : text;
    },
    flags: ({ outputs }: AnswerBlock, i: number) => {
      let text = "";
      for (let j = 0; j < width; j++) text += targetKeys[j]! + isSet(outputs[i * width + j]!);
      return text;
    },
  }[kind];
  return {
    head: "",
    rows: (block) => {
      let text = "";
      for (let i = 0; i < block.count; i++) {
        text += `{"row":${block.first + i}`;
        for (const [c, cells] of block.kept.entries()) text += keptKeys[c]! + keptValue(cells[i]);
        text += answer(block, i);
        if (kind !== "numbers") text += byName(',"probabilities":', block.outputs, i * width);
        text += "}\n";
      }
      return text;
    },
  };
}
