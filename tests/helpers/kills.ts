/** Kills a command again and again, at random moments, until it is let through. */
import type { Random } from "../../src/random.ts";
import { type Event, events, startCli } from "./cli.ts";

/** The least number of attempts that must be killed. With fewer, all is tried again. */
const LEAST_KILLS = 4;

export interface KilledCommand {
  /** The folder in which the processes run. */
  readonly cwd: string;
  /** The arguments that begin it in the folder `out`, and those that go on with it; both with --json. */
  readonly begin: (out: string) => readonly string[];
  readonly resume: (out: string) => readonly string[];
  /** The beginning of the folders' names. */
  readonly name: string;
  /** How long it takes if it is not killed. */
  readonly milliseconds: number;
  /** Attempts that are killed, if they do not end before, until one is let through. Default: 6. */
  readonly attempts?: number;
  readonly random: Random;
  /** Whether this text on stderr says that the command was killed too early, so that there is nothing to go on with. */
  readonly isTooEarly: (stderr: string) => boolean;
}

/** Runs it until it ends by itself. Gives the last process's events, and the folder to which all have written. */
export async function killedAgainAndAgain(command: KilledCommand): Promise<{ last: Event[]; out: string }> {
  let longest = command.milliseconds / LEAST_KILLS;
  for (let round = 1; ; round++) {
    const out = `${command.name}-${round}`;
    const { last, kills } = await runToItsEnd(command, out, longest);
    if (kills >= LEAST_KILLS) return { last, out };
    // The machine has become faster, so that the command ended before it was killed often enough.
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
      // The kill comes at any time, from before the folder is there to the end of the last training.
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
