/** The program: its commands, Ctrl-C, errors and exit codes. A new command is its file and a line here. */
import { homedir } from "node:os";
import { type Command, CommanderError } from "commander";
import pc from "picocolors";
import { FileError, MemoryError, NnwasmError } from "../errors.ts";
import { fileError } from "../files/errors.ts";
import { addCommands, newCommand, upToUnknown, writeEvent } from "./command.ts";
import { type CliContext, hasColors, Interrupted } from "./context.ts";
import { isSaving } from "./folders/folderLock.ts";
import { printable, printableLines } from "./text.ts";
import { VERSION } from "./version.ts";

/** The commands by name, each read from its file when it is needed: all of them would take 40 ms longer. */
const commands: Readonly<Record<string, (context: CliContext) => Promise<Command>>> = {
  train: async (context) => (await import("./commands/train.ts")).trainCommand(context),
  evaluate: async (context) => (await import("./commands/evaluate.ts")).evaluateCommand(context),
  predict: async (context) => (await import("./commands/predict.ts")).predictCommand(context),
  search: async (context) => (await import("./commands/search.ts")).searchCommand(context),
  reproduce: async (context) => (await import("./commands/reproduce.ts")).reproduceCommand(context),
  worker: async (context) => (await import("./commands/worker.ts")).workerCommand(context),
  gradcheck: async (context) => (await import("./commands/gradcheck.ts")).gradcheckCommand(context),
  data: async (context) => (await import("./commands/data.ts")).dataCommand(context),
  web: async (context) => (await import("./commands/web.ts")).webCommand(context),
  info: async (context) => (await import("./commands/info.ts")).infoCommand(context),
};

/** The commands that have nothing to save when they are stopped. */
const WITHOUT_SAVING: readonly (string | undefined)[] = ["web", "worker"];
/** The commands that are asked twice, as they have something to give back; the third time ends them. */
const ASKED_TWICE: readonly (string | undefined)[] = ["worker"];
/** Milliseconds within which two signals are one, which npm has handed on beside the terminal. */
const AT_ONCE = 300;

/** The program with the command that is called by this name, or with all its commands if none is; with none for its version. */
async function program(context: CliContext, name: string | undefined): Promise<Command> {
  const command = newCommand(context, "nnwasm", "Train dense neural networks on WebAssembly kernels.", [
    "nnwasm train houses.csv --target price",
    "nnwasm evaluate runs/train-001 houses.test.csv",
    "nnwasm predict runs/train-001 new-houses.csv",
    "nnwasm train --layers 50,30,20,20,10,10,10,10 --bn",
    "nnwasm data fetch cifar10",
    "nnwasm web",
  ]).version(VERSION, "-V, --version", "show the version");
  const known = name !== undefined && Object.hasOwn(commands, name);
  const isVersion = name === "--version" || name === "-V";
  const needed = isVersion ? [] : known ? [commands[name]!] : Object.values(commands);
  return addCommands(command, await Promise.all(needed.map((load) => load(context))));
}

/** Runs the command line and sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const interrupt = new AbortController();
  const again = new AbortController();
  let bySystem = false;
  const context: CliContext = {
    env: process.env,
    home: homedir(),
    get stdin() {
      const { stdin } = process;
      // Whoever waits for bytes that do not come is told at once. Where nobody reads any more, it is no error.
      const stop = () => stdin.destroy(interrupt.signal.reason as Error);
      if (stdin.listenerCount("error") === 0) stdin.on("error", () => {});
      if (interrupt.signal.aborted) stop();
      else interrupt.signal.addEventListener("abort", stop, { once: true });
      return stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    signal: interrupt.signal,
    ending: {
      get bySystem() {
        return bySystem;
      },
      again: again.signal,
    },
  };
  let outputLost = false;
  for (const name of ["stdout", "stderr"] as const) {
    process[name].on("error", (error: NodeJS.ErrnoException) => {
      // All that is written after the first error fails too.
      if (outputLost) return;
      outputLost = true;
      // The reader of a pipe may leave early (`nnwasm train --json | head -1`), a terminal may be closed.
      const readerLeft = error.code === "EPIPE" || (error.code === "EIO" && process[name].isTTY);
      if (!readerLeft) process.exitCode = report(context, fileError(name, "written", error), false);
      interrupt.abort();
    });
  }
  let asked = 0;
  let askedAt = 0;
  const onInterrupt = (signal: NodeJS.Signals) => {
    const isAskedTwice = ASKED_TWICE.includes(argv[2]);
    const sinceLast = performance.now() - askedAt;
    askedAt = performance.now();
    if (isAskedTwice && asked > 0 && sinceLast < AT_ONCE) return;
    asked++;
    if (asked > (isAskedTwice ? 2 : 1)) endAtOnce();
    if (asked === 2) {
      again.abort();
      return;
    }
    bySystem = signal === "SIGTERM";
    interrupt.abort();
    const stopping = "Stopping, and saving what there is. Ctrl-C again stops at once.\n";
    process.stderr.write(`\n${WITHOUT_SAVING.includes(argv[2]) ? "" : stopping}`);
  };
  // This never ends the saving, because a closed terminal may send it twice, and a system that shuts down beside SIGTERM.
  const onHangup = () => interrupt.abort();
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  process.on("SIGHUP", onHangup);
  try {
    const command = await program(context, argv[2]);
    await command.parseAsync(upToUnknown(command, argv));
  } catch (error) {
    const exitCode = report(context, error, argv.includes("--json"));
    process.exitCode ||= exitCode; // a full disk behind stdout counts more than the stop that it leads to
  } finally {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
    process.off("SIGHUP", onHangup);
  }
}

/** Ends the process when the user asks twice. */
function endAtOnce(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.removeAllListeners(signal);
  // exit() waits for system calls under way, and for ever if a name server or a disk does not answer. Calls that save
  // something are short.
  const waits = process.getActiveResourcesInfo().some((name) => /^(FSReq|GetAddrInfo)/.test(name));
  if (waits && !isSaving()) process.kill(process.pid, "SIGINT");
  else process.exit(130);
}

/** Says what went wrong, in words on stderr and with --json as an event too; returns the exit code. */
function report(context: CliContext, thrown: unknown, json: boolean): number {
  if (thrown instanceof CommanderError) {
    const error = thrown;
    // Help and version end like this, too. Commander has printed its message already.
    if (error.exitCode === 0 || error.code === "commander.help") return error.exitCode === 0 ? 0 : 2;
    if (json) {
      const message = error.message.replace(/^error: /, "");
      writeEvent(context, { event: "error", name: "ConfigError", message, exitCode: 2 });
    }
    return 2;
  }
  const colors = pc.createColors(hasColors(context, context.stderr));
  const { signal } = context;
  // A command that is stopped before its work has begun, while its data are read, has nothing to tell of.
  const error =
    signal.aborted && thrown === signal.reason
      ? new Interrupted("Interrupted before anything was done.", { cause: thrown })
      : systemError(thrown);
  if (error instanceof NnwasmError) {
    const { name, message, exitCode } = error;
    const prefix = error instanceof Interrupted ? "" : `${colors.red(`${name}:`)} `; // "Interrupted: Interrupted …"
    context.stderr.write(`${prefix}${printable(message)}\n`);
    if (json) writeEvent(context, { event: "error", name, message, exitCode });
    return exitCode;
  }
  const { name, message, stack } = error as Error;
  context.stderr.write(
    `${colors.red("This is a bug in nnwasm; please report it:")}\n${printableLines(stack ?? String(error))}\n`,
  );
  if (json) writeEvent(context, { event: "error", name, message, exitCode: 1 });
  return 1;
}

/** The error to report. A bare error of the system is no bug, but means too few files or too little memory. */
function systemError(error: unknown): unknown {
  if (error instanceof NnwasmError || !(error instanceof Error)) return error;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (code === "ERR_WORKER_INIT_FAILED" || code === "ERR_WORKER_OUT_OF_MEMORY") {
    return new MemoryError(
      `A worker thread does not start, or has no memory left (${code}). Use fewer --workers or --threads, or free memory.`,
      { cause: error },
    );
  }
  if (
    error instanceof RangeError &&
    /allocation failed|could not allocate|out of memory/i.test(error.message)
  ) {
    return new MemoryError(
      `The system does not give the memory (${error.message}). Use fewer samples, smaller layers or fewer --workers, or free memory.`,
      { cause: error },
    );
  }
  if (code === "ERR_MODULE_NOT_FOUND") {
    return new FileError(
      `${error.message.split(" imported from ")[0]}. Install nnwasm anew; or, if it is there, more files must be allowed to be open (ulimit -n).`,
      { cause: error },
    );
  }
  if (syscall === undefined || code === undefined) return error;
  return fileError(path ?? syscall, path === undefined ? "called" : "used", error);
}
