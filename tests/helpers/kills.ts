/** Commands that are killed again and again, at random moments, until they come through. */
import type { Random } from "../../src/random.ts";
import { type Event, events, startCli } from "./cli.ts";

/** How many attempts must be killed, or it is all tried anew. */
const LEAST_KILLS = 4;

export interface KilledCommand {
  /** Where the processes run. */
  readonly cwd: string;
  /** What begins it in the folder `out`, and what goes on with it; both with --json. */
  readonly begin: (out: string) => readonly string[];
  readonly resume: (out: string) => readonly string[];
  /** What the folders' names begin with. */
  readonly name: string;
  /** How long it takes if nobody kills it. */
  readonly milliseconds: number;
  /** Attempts that are killed, if they do not end before, until one is let through. Default: 6. */
  readonly attempts?: number;
  readonly random: Random;
  /** Whether this, on stderr, says that there is nothing to go on with: it was killed before the folder was there. */
  readonly isTooEarly: (stderr: string) => boolean;
}

/** Runs it until it comes through: the last process's events, and the folder that all have written to. */
export async function killedAgainAndAgain(command: KilledCommand): Promise<{ last: Event[]; out: string }> {
  let longest = command.milliseconds / LEAST_KILLS;
  for (let round = 1; ; round++) {
    const out = `${command.name}-${round}`;
    const { last, kills } = await runToItsEnd(command, out, longest);
    if (kills >= LEAST_KILLS) return { last, out };
    // The machine has become faster, and it came through before it was killed so often.
    longest /= 2;
  }
}

async function runToItsEnd(
  { cwd, begin, resume, random, attempts = 6, isTooEarly }: KilledCommand,
  out: string,
  longest: number,
): Promise<{ last: Event[]; kills: number }> {
  let kills = 0;
  let args = begin(out);
  for (let attempt = 0; ; attempt++) {
    const { child, result, waitFor } = startCli(args, cwd);
    if (attempt < attempts) {
      // At any time from before the folder is there to the last training's end.
      if (attempt % 2 === 0) await waitFor("stdout", '"event":"start"').catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, random.uniform() * longest));
      child.kill("SIGKILL");
    }
    const { code, signal, stdout, stderr } = await result;
    if (code === 0) return { last: events(stdout), kills };
    const isKilled = signal === "SIGKILL";
    if (isKilled) kills++;
    else if (!isTooEarly(stderr)) throw new Error(stderr);
    args = isKilled ? resume(out) : begin(out);
  }
}
