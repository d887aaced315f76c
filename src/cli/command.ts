/** What all commands share: streams, help that begins with examples, options that check their values. */
import { Command, InvalidArgumentError } from "commander";
import { type CliContext, hasColors } from "./context.ts";

/** A command that writes to the context's streams and throws instead of exiting. */
export function newCommand(
  context: CliContext,
  name: string,
  description: string,
  examples: readonly string[],
): Command {
  const { stdout, stderr } = context;
  return new Command(name)
    .description(description)
    .addHelpText("before", `Examples:\n${examples.map((example) => `  ${example}\n`).join("")}`)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHasColors: () => hasColors(context, stdout),
      getErrHasColors: () => hasColors(context, stderr),
      getOutHelpWidth: () => Math.min(stdout.columns || 100, 110),
      getErrHelpWidth: () => Math.min(stderr.columns || 100, 110),
    })
    .showHelpAfterError("(--help shows the options)")
    .exitOverride();
}

/** Adds subcommands to a command, which names them when it is given another. */
export function addCommands(command: Command, subcommands: readonly Command[]): Command {
  for (const subcommand of subcommands) command.addCommand(subcommand);
  const names = subcommands.map((subcommand) => subcommand.name()).join(", ");
  return command.showHelpAfterError(`(the commands are ${names}; --help shows more)`);
}

/** Writes one NDJSON event to stdout. */
export function writeEvent(context: CliContext, event: object): void {
  context.stdout.write(`${JSON.stringify(event)}\n`);
}

/** "--eta-max" for "etaMax". */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A parser for commander: an integer in a range. */
export function integer(low: number, high = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!Number.isInteger(value) || value < low || value > high) {
      const range = high === Number.MAX_SAFE_INTEGER ? `≥ ${low}` : `from ${low} to ${high}`;
      throw new InvalidArgumentError(`Expected an integer ${range}.`);
    }
    return value;
  };
}

/** A parser for commander: a finite number ≥ low. */
export function number(low: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!Number.isFinite(value) || value < low) throw new InvalidArgumentError(`Expected a number ≥ ${low}.`);
    return value;
  };
}

/** A parser for commander: "50,30,20"; "none" for no hidden layer. */
export function layerSizes(text: string): number[] {
  if (text.trim() === "none") return [];
  return text.split(",").map((part) => {
    const units = part.trim() === "" ? Number.NaN : Number(part);
    if (!Number.isInteger(units) || units < 1) {
      throw new InvalidArgumentError(
        'Expected the units of the hidden layers, as in 50,50 (or "none" for a linear classifier).',
      );
    }
    return units;
  });
}
