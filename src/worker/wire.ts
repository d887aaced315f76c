/** Errors on their way between threads, where they would lose their classes. */
import {
  CallbackError,
  ConfigError,
  DatasetError,
  FileError,
  MemoryError,
  NnwasmError,
  ShapeError,
  TeamError,
  TrainingError,
} from "../errors.ts";

/** An error as plain data. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: WireError | undefined;
}

const CLASSES = {
  ...{ NnwasmError, ShapeError, ConfigError, MemoryError, TrainingError, CallbackError, TeamError },
  ...{ DatasetError, FileError },
} as const;

/** The deepest chain of causes that is told. */
const DEEPEST = 5;

export function toWire(error: unknown, depth = 0): WireError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack, cause } = error;
  const isTold = cause !== undefined && depth < DEEPEST;
  return { name, message, stack, ...(isTold && { cause: toWire(cause, depth + 1) }) };
}

/** The error of the class that it had, if that is one of the library's; else an Error of that name. */
export function fromWire({ name, message, stack, cause }: WireError): Error {
  const options = cause === undefined ? undefined : { cause: fromWire(cause) };
  if (Object.hasOwn(CLASSES, name)) {
    const Class = CLASSES[name as keyof typeof CLASSES];
    return new Class(message, options);
  }
  const error = new Error(message, options);
  Object.defineProperty(error, "name", { value: name, configurable: true });
  if (stack !== undefined) error.stack = stack;
  return error;
}
