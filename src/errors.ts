/**
 * The errors that nnwasm raises. Each message names the place, the value and what was expected, and ends with
 * the next step. `exitCode` is what the command line exits with.
 */

/** The base of all errors here: `error instanceof NnwasmError` tells our refusals from bugs. */
export class NnwasmError extends Error {
  // Written out in every class, as the classes' own names do not survive a bundler that shortens them.
  override readonly name: string = "NnwasmError";
  /** The command line's exit code. */
  readonly exitCode: number = 1;
}

/** Tensors whose shapes do not go together. A mistake in a program, not in its input. */
export class ShapeError extends NnwasmError {
  override readonly name: string = "ShapeError";
}

/** A setting that is unknown, out of range, or contradicts another. */
export class ConfigError extends NnwasmError {
  override readonly name: string = "ConfigError";
  override readonly exitCode: number = 2;
}

/** What was asked for does not fit in wasm's 4 GiB, or in the memory at hand. Raised before anything is allocated. */
export class MemoryError extends NnwasmError {
  override readonly name: string = "MemoryError";
  override readonly exitCode: number = 2;
}

/** The training cannot go on: the loss is NaN or infinite. */
export class TrainingError extends NnwasmError {
  override readonly name: string = "TrainingError";
  override readonly exitCode: number = 3;
}

/**
 * A callback of a training has thrown; its error is the `cause`. The training has ended, and the model holds the weights of
 * the last step.
 */
export class CallbackError extends NnwasmError {
  override readonly name: string = "CallbackError";
}

/** A team of threads has lost one of them, or a kernel failed in one: the team is of no more use. */
export class TeamError extends NnwasmError {
  override readonly name: string = "TeamError";
}

/** A search that cannot go on, or that is asked for what it does not have. */
export class StudyError extends NnwasmError {
  override readonly name: string = "StudyError";
}

/** Raised by an objective whose trial the pruner stops: no failure. */
export class TrialPruned extends NnwasmError {
  override readonly name: string = "TrialPruned";

  /** @param message default "The trial was pruned." */
  constructor(message = "The trial was pruned.", options?: ErrorOptions) {
    super(message, options);
  }
}

/** A data set that is missing, incomplete or damaged. */
export class DatasetError extends NnwasmError {
  override readonly name: string = "DatasetError";
  override readonly exitCode: number = 4;
}

/** A queue to which trainings cannot be handed: its workers died too often, or it serves another version or other data. */
export class QueueError extends NnwasmError {
  override readonly name: string = "QueueError";
  override readonly exitCode: number = 5;
}

/** A file that cannot be read or written, or that does not hold what its name says. */
export class FileError extends NnwasmError {
  override readonly name: string = "FileError";
  override readonly exitCode: number = 4;
}

/** The lookup of a name in a registry, with the choices in the error. */
export function choose<T>(kind: string, registry: Readonly<Record<string, T>>, name: string): T {
  // ["relu"] would name it too, and not every object can be made a name.
  if (typeof name === "string" && Object.hasOwn(registry, name)) return registry[name]!;
  const given = typeof name === "string" ? `"${name}"` : `of type ${typeof name}`;
  throw new ConfigError(`No ${kind} ${given}. There are: ${Object.keys(registry).join(", ")}.`);
}
