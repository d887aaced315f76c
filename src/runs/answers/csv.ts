/** Answers as CSV (RFC 4180, with line feeds alone). */
import { shortestText } from "../../format/shortest.ts";
import { isSet, largest } from "../../metrics/predicted.ts";
import type { Cell } from "../../tables/table.ts";
import {
  type AnswerBlock,
  type AnswerShape,
  type AnswerWriter,
  answerKeys,
  dateText,
  isMissing,
  widthOf,
} from "./answers.ts";

/** A text as a cell: in quotes if it holds a comma, a quote or the end of a line. */
export const csvCell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** A cell of the input; "" if it is missing. */
function keptCell(cell: Cell): string {
  if (typeof cell === "string") return csvCell(cell);
  if (isMissing(cell)) return "";
  return cell instanceof Date ? dateText(cell) : String(cell);
}

/** @throws ConfigError if a kept column has the name of something else */
export function csvAnswers(shape: AnswerShape): AnswerWriter {
  const { kind, names, kept } = shape;
  const { targets, probabilities, ends } = answerKeys(shape);
  const number = shortestText(shape.precision);
  const columns = ["row", ...kept, ...(kind === "classes" ? ["class"] : targets), ...probabilities, ...ends];
  const classes = names.map(csvCell);
  const width = widthOf(shape);
  const answer = {
    classes: ({ outputs }: AnswerBlock, i: number) => `,${classes[largest(outputs, i, width)]}`,
    numbers: () => "",
    flags: ({ outputs }: AnswerBlock, i: number) => {
      let line = "";
      for (let j = 0; j < width; j++) line += isSet(outputs[i * width + j]!) ? ",true" : ",false";
      return line;
    },
  }[kind];
  return {
    head: `${columns.map(csvCell).join(",")}\n`,
    rows: (block) => {
      let text = "";
      for (let i = 0; i < block.count; i++) {
        text += block.first + i;
        for (const cells of block.kept) text += `,${keptCell(cells[i])}`;
        text += answer(block, i);
        for (let j = 0; j < width; j++) text += `,${number(block.outputs[i * width + j]!)}`;
        text += "\n";
      }
      return text;
    },
  };
}
