/** The base of all commands: streams, help that begins with examples, options that check their values. */
import { Command, type ErrorOptions, InvalidArgumentError } from "commander";
import { ConfigError } from "../errors.ts";
import * as readers from "../settings/parse.ts";
import { type CliContext, hasColors } from "./context.ts";
import { examplesText, HELP, helpWidth, notesText } from "./help.ts";
import { meantFlags } from "./suggestions.ts";
import { printableJson, printableLines } from "./text.ts";

/** What does the work of commands that other programs have. */
const INSTEAD: Readonly<Record<string, string>> = {
  explain: "predict --explain",
  importance: "predict --explain",
  plot: "evaluate --out DIR",
  fit: "train",
  test: "evaluate",
  tune: "search",
  describe: "data describe",
  fetch: "data fetch",
  serve: "web",
  playground: "web",
  ui: "web",
};

/** Commander's command, whose error about an unknown flag names the flag that is probably meant. */
class OurCommand extends Command {
  override error(message: string, options?: ErrorOptions): never {
    const [first = "", ...others] = message.split("\n");
    if (options?.code === "commander.unknownCommand") {
      const instead = INSTEAD[/'(.*)'$/.exec(first)?.[1] ?? ""];
      return super.error(instead === undefined ? message : `${first}\n(Did you mean ${instead}?)`, options);
    }
    if (options?.code !== "commander.unknownOption") return super.error(message, options);
    const flag = /'(.*)'$/.exec(first)?.[1] ?? "";
    const [meant] = meantFlags(flag, knownFlags(this));
    return super.error(
      [first, ...(meant === undefined ? others : [`(Did you mean ${meant}?)`])].join("\n"),
      options,
    );
  }
}

/** All names of the flags of a command and of the commands above it. */
function knownFlags(command: Command): string[] {
  const names = command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ short, long }) => [short, long]);
  return [
    ...names.filter((name) => name !== undefined && name !== null),
    ...(command.parent === null ? [] : knownFlags(command.parent)),
  ];
}

/**
 * A command that writes to the context's streams and throws instead of exiting.
 * @param examples "nnwasm train   # what it does" each
 * @param notes paragraphs at the end of its help
 */
export function newCommand(
  context: CliContext,
  name: string,
  description: string,
  examples: readonly string[],
  notes: readonly string[] = [],
): Command {
  const { stdout, stderr } = context;
  const width = (error: boolean) => helpWidth(context, error ? stderr : stdout);
  return new OurCommand(name)
    .description(description)
    .helpOption("-h, --help", "show this help")
    .configureHelp(HELP)
    .addHelpText("before", ({ error }) => examplesText(examples, width(error)))
    .addHelpText("after", ({ error }) => (notes.length === 0 ? "" : notesText(notes, width(error))))
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      // The error contains what was typed.
      writeErr: (text) => stderr.write(printableLines(text)),
      getOutHasColors: () => hasColors(context, stdout),
      getErrHasColors: () => hasColors(context, stderr),
      getOutHelpWidth: () => width(false),
      getErrHelpWidth: () => width(true),
    })
    .showHelpAfterError("(--help shows the options)")
    .exitOverride();
}

/** Adds subcommands to a command, which names them when it is given another. */
export function addCommands(command: Command, subcommands: readonly Command[]): Command {
  for (const subcommand of subcommands) command.addCommand(subcommand);
  const names = subcommands.map((subcommand) => subcommand.name()).join(", ");
  command.helpCommand("help [command]", "show the help of a command");
  return command.showHelpAfterError(`(the commands are ${names}; --help shows more)`);
}

/** The arguments up to a command that there is not: help that is asked for behind it would hide the error. */
export function upToUnknown(command: Command, argv: readonly string[]): readonly string[] {
  let at: Command | undefined = command;
  for (const [i, word] of argv.entries()) {
    if (i < 2) continue;
    if (at.commands.length === 0 || word.startsWith("-") || word === "help") return argv;
    at = at.commands.find((each) => each.name() === word);
    if (at === undefined) return argv.slice(0, i + 1);
  }
  return argv;
}

/** Writes one NDJSON event to stdout. */
export function writeEvent(context: CliContext, event: object): void {
  context.stdout.write(`${printableJson(event)}\n`);
}

/** A reader of text as a parser for commander. */
export const argument =
  <T>(read: (text: string) => T) =>
  (text: string): T => {
    try {
      return read(text);
    } catch (error) {
      throw error instanceof ConfigError ? new InvalidArgumentError(error.message) : error;
    }
  };

/** A parser for commander: an integer in a range. */
export const integer = (low: number, high?: number) => argument(readers.integer(low, high));

/** A parser for commander: a finite number ≥ low. */
export const number = (low: number) => argument(readers.number({ least: low }));
