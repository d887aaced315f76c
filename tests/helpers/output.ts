/** Runs a program and collects what it prints on stdout and stderr. */
import { spawn } from "node:child_process";

export interface Output {
  /** Null if a signal ended the program. */
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program in a folder to its end. */
export function outputOf(file: string, args: readonly string[], cwd: string): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
