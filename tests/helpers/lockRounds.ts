/** Lets processes take one folder at the same moment, again and again. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TAKER = fileURLToPath(new URL("./lockTaker.mjs", import.meta.url));

export interface RoundOptions {
  readonly processes: number;
  readonly rounds: number;
  /** The content of `lock` when the processes come; undefined if there is no such file. */
  readonly stale: (round: number) => string | undefined;
}

/** How many processes got the folder in each round, and the errors of the others. */
export async function lockRounds({ processes, rounds, stale }: RoundOptions) {
  const root = mkdtempSync(join(tmpdir(), "nnwasm-lock-"));
  const takers = Array.from({ length: processes }, () => fork(TAKER));
  const ask = async (taker: ChildProcess, message: object): Promise<string> => {
    const answer = once(taker, "message");
    taker.send(message);
    return (await answer)[0] as string;
  };
  try {
    await Promise.all(takers.map((taker) => once(taker, "message")));
    const winners: number[] = [];
    const refusals = new Set<string>();
    const left = new Set<string>();
    for (let round = 0; round < rounds; round++) {
      const folder = mkdtempSync(join(root, "round-"));
      const text = stale(round);
      if (text !== undefined) writeFileSync(join(folder, "lock"), text);
      const answers = await Promise.all(takers.map((taker) => ask(taker, { take: folder })));
      const taken = takers.filter((_, i) => answers[i] === "taken");
      winners.push(taken.length);
      for (const answer of answers) {
        if (answer !== "taken")
          refusals.add(answer.replaceAll(folder, "FOLDER").replace(/process \d+/, "process N"));
      }
      for (const name of readdirSync(folder)) left.add(name);
      for (const taker of taken) await ask(taker, { release: true });
      for (const name of readdirSync(folder)) left.add(`${name}, released`);
    }
    return { winners, refusals: [...refusals], left: [...left] };
  } finally {
    for (const taker of takers) taker.kill();
    rmSync(root, { recursive: true });
  }
}
