/** A context for a command that is only asked for its flags. Nobody reads what it prints. */
import { PassThrough } from "node:stream";
import type { CliContext } from "../../src/cli/context.ts";

export const silentContext = (): CliContext => ({
  env: {},
  home: "/",
  stdout: new PassThrough().resume(),
  stderr: new PassThrough().resume(),
  signal: new AbortController().signal,
});
