/** What a command knows of the process that it runs in. A test gives it something else. */
import { NnwasmError } from "../errors.ts";

export type CliStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  /** What "-" stands for: the bytes of the standard input, which is opened when it is asked for. Default: there is none. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  /** The stream for results. */
  readonly stdout: CliStream;
  /** The stream for progress, warnings and errors. */
  readonly stderr: CliStream;
  /** Aborted by the first Ctrl-C: the command saves what there is and throws {@link Interrupted}. */
  readonly signal: AbortSignal;
  /** How it was asked to end, for a command that gives something back before it ends. Default: by a user, once. */
  readonly ending?: { readonly bySystem: boolean; readonly again: AbortSignal } | undefined;
}

/** The user has stopped the command. The message says what is kept and how to go on. */
export class Interrupted extends NnwasmError {
  override readonly name: string = "Interrupted";
  override readonly exitCode: number = 130;
}

/** Whether lines on the stream may be rewritten in place. */
export function isTerminal({ env }: CliContext, stream: CliStream): boolean {
  return stream.isTTY === true && env.TERM !== "dumb";
}

/** Whether the stream may get colours. An empty NO_COLOR counts as unset (no-color.org). */
export function hasColors(context: CliContext, stream: CliStream): boolean {
  return isTerminal(context, stream) && !context.env.NO_COLOR;
}
