/** The program: its commands, Ctrl-C, errors and exit codes. A new command is its file and a line here. */
import { homedir } from "node:os";
import { type Command, CommanderError } from "commander";
import pc from "picocolors";
import { NnwasmError } from "../errors.ts";
import { newCommand, writeEvent } from "./command.ts";
import { dataCommand } from "./commands/data.ts";
import { gradcheckCommand } from "./commands/gradcheck.ts";
import { infoCommand } from "./commands/info.ts";
import { trainCommand } from "./commands/train.ts";
import { type CliContext, hasColors } from "./context.ts";
import { VERSION } from "./version.ts";

/** The program with all its commands. */
export function program(context: CliContext): Command {
  return newCommand(context, "nnwasm", "Train dense neural networks on WebAssembly kernels.", [
    "nnwasm train",
    "nnwasm train --layers 50,30,20,20,10,10,10,10 --bn",
    "nnwasm data fetch cifar10",
  ])
    .version(VERSION)
    .addCommand(trainCommand(context))
    .addCommand(gradcheckCommand(context))
    .addCommand(dataCommand(context))
    .addCommand(infoCommand(context));
}

/** Runs the command line and sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const interrupt = new AbortController();
  const context: CliContext = {
    env: process.env,
    home: homedir(),
    stdout: process.stdout,
    stderr: process.stderr,
    signal: interrupt.signal,
  };
  // The reader of a pipe may leave early: `nnwasm train --json | head -1`.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      interrupt.abort();
    });
  }
  const onInterrupt = () => {
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
    process.stderr.write("\nStopping after this step, then saving. Ctrl-C again stops at once.\n");
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  try {
    await program(context).parseAsync(argv);
  } catch (error) {
    process.exitCode = report(context, error, argv.includes("--json"));
  } finally {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
  }
}

/** Says what went wrong, in words on stderr and with --json as an event too; returns the exit code. */
function report(context: CliContext, error: unknown, json: boolean): number {
  if (error instanceof CommanderError) {
    // Help and version end so too. Commander has printed its message already.
    if (error.exitCode === 0 || error.code === "commander.help") return error.exitCode === 0 ? 0 : 2;
    if (json) {
      const message = error.message.replace(/^error: /, "");
      writeEvent(context, { event: "error", name: "ConfigError", message, exitCode: 2 });
    }
    return 2;
  }
  const colors = pc.createColors(hasColors(context, context.stderr));
  if (error instanceof NnwasmError) {
    const { name, message, exitCode } = error;
    context.stderr.write(`${colors.red(`${name}:`)} ${message}\n`);
    if (json) writeEvent(context, { event: "error", name, message, exitCode });
    return exitCode;
  }
  const { name, message, stack } = error as Error;
  context.stderr.write(
    `${colors.red("This is a bug in nnwasm; please report it:")}\n${stack ?? String(error)}\n`,
  );
  if (json) writeEvent(context, { event: "error", name, message, exitCode: 1 });
  return 1;
}
