/**
 * Formats `--help`: examples first, in as many columns as the terminal has. In a narrow terminal each explanation stands
 * under its option, and a command goes on in the next line.
 */
import type { Help, HelpConfiguration } from "commander";
import type { CliContext, CliStream } from "./context.ts";

const WIDEST = 110;
const NARROWEST = 20;
/** Columns for a stream that is no terminal, such as a pipe. */
const USUAL = 100;
/** Columns that explanations must have to stand beside their options. */
const BESIDE = 36;

/** Columns that the help may take: the terminal's, or what COLUMNS says where there is none. */
export function helpWidth({ env }: CliContext, stream: CliStream): number {
  const columns = stream.columns || Number(env.COLUMNS) || USUAL;
  return Math.min(Math.max(Math.floor(columns), NARROWEST), WIDEST);
}

/** The words of a text in lines of at most `width` columns. A word that is longer is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  // "(default: …)" stays on one line.
  const words = text.match(/\(default: [^\s)]+\)|\S+/g) ?? [];
  for (const word of words) {
    for (let from = 0; from < word.length; from += width) {
      const part = word.slice(from, from + width);
      if (line === "") line = part;
      else if (line.length + 1 + part.length <= width && from === 0) line += ` ${part}`;
      else {
        lines.push(line);
        line = part;
      }
    }
  }
  return line === "" ? lines : [...lines, line];
}

const indented = (lines: readonly string[], columns: number): string[] =>
  lines.map((line) => " ".repeat(columns) + line);

/**
 * Examples, "nnwasm train   # what it does" each. Explanations stand beside the commands, or under them if there are too few
 * columns.
 */
export function examplesText(examples: readonly string[], width: number): string {
  const pairs = examples.map((example) => example.split(/\s+#\s+/, 2) as [command: string, does?: string]);
  const longest = Math.max(...pairs.map(([command, does]) => (does === undefined ? 0 : command.length)));
  const beside = pairs.map(([command, does]) =>
    does === undefined ? `  ${command}` : `  ${command.padEnd(longest)}  # ${does}`,
  );
  const fits = beside.every((line) => line.length <= width);
  const lines = fits ? beside : pairs.flatMap(([command, does]) => under(command, does, width));
  return `Examples:\n${lines.map((line) => `${line}\n`).join("")}`;
}

/** A command that can be pasted, on several lines if needed, with its explanation under it. */
function under(command: string, does: string | undefined, width: number): string[] {
  const parts = wrap(command, width - 6); // 4 columns before it, and " \" at its end
  const lines = parts.map(
    (part, i) => (i === 0 ? "  " : "    ") + part + (i < parts.length - 1 ? " \\" : ""),
  );
  const words = does === undefined ? [] : wrap(does, width - 8).map((line) => `# ${line}`);
  return [...lines, ...indented(words, 6)];
}

/** The notes under the options, a paragraph each. */
export function notesText(paragraphs: readonly string[], width: number): string {
  return `\n${paragraphs.flatMap((paragraph) => wrap(paragraph, width)).join("\n")}`;
}

/** The layout in place of commander's, which breaks no lines below a minimum of columns. */
export const HELP: HelpConfiguration = {
  minWidthToWrap: 1,

  styleUsage(usage) {
    return wrap(usage, columnsOf(this) - "Usage: ".length).join(`\n${" ".repeat("Usage: ".length)}`);
  },

  boxWrap: (text, width) =>
    text
      .split("\n")
      .map((paragraph) => wrap(paragraph, width).join("\n"))
      .join("\n"),

  optionDescription: ({ description, argChoices, defaultValue }) =>
    described(description, argChoices, defaultValue),

  argumentDescription: ({ description, argChoices, defaultValue }) =>
    described(description, argChoices, defaultValue),

  formatItem(term, termWidth, description, helper) {
    const width = columnsOf(helper);
    const beside = width - termWidth - 4;
    if (beside >= BESIDE) {
      const [first = "", ...others] = wrap(description, beside);
      return [`  ${term.padEnd(termWidth)}  ${first}`.trimEnd(), ...indented(others, termWidth + 4)].join(
        "\n",
      );
    }
    const [name = "", ...more] = wrap(term, width - 6);
    return [`  ${name}`, ...indented([...more, ...wrap(description, width - 6)], 6)].join("\n");
  },
};

/** The description with the choices, if there are several, before "(default: …)", with which it may end. */
function described(description: string, choices: readonly string[] = [], defaultValue?: unknown): string {
  const at = description.lastIndexOf(" (default: ");
  const [text, usual] =
    at < 0 ? [description, undefined] : [description.slice(0, at), description.slice(at + 1)];
  return [
    text,
    ...(choices.length < 2 ? [] : [`(choices: ${choices.join(", ")})`]),
    ...(usual === undefined && defaultValue !== undefined ? [`(default: ${defaultValue})`] : [usual ?? ""]),
  ]
    .filter(Boolean)
    .join(" ");
}

const columnsOf = ({ helpWidth }: Partial<Help>): number => helpWidth ?? USUAL;
