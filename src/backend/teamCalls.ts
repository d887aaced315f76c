/** The calls of kernels that a team of threads runs. */
import type { TeamCalls } from "../kernels/teamCalls.ts";
import type { Team } from "../threads/team.ts";
import { calls, type Exports, partitioned, posted } from "../wasm/exports.generated.ts";

type Kernel = (...numbers: number[]) => void;

/** The kernels, of which those that threads can share run in all active threads. */
export function inTeam(exports: Exports, team: Team, active: { readonly threads: number }): TeamCalls {
  const shared = (how: "run" | "begin") =>
    partitioned.map((name): [string, Kernel] => {
      const alone = exports[name] as Kernel;
      const kernel = team.kernel(name);
      const together = (...numbers: number[]) => {
        if (active.threads === 1) return alone(...numbers);
        // The last two are `part` and `parts`, which the team gives each thread.
        team[how](kernel, numbers.slice(0, -2), active.threads);
      };
      return [name, together];
    });
  const meanwhile = posted.map((name): [string, Kernel] => {
    const kernel = team.kernel(name);
    // The last three, `hurry`, `part` and `parts`, are the team's.
    const post = (...numbers: number[]) => {
      if (active.threads > 1) team.post(kernel, numbers.slice(0, -3), active.threads);
    };
    return [name, post];
  });
  const withTeam = (how: "run" | "begin") =>
    calls({ ...exports, ...Object.fromEntries([...shared(how), ...meanwhile]) });
  return { calls: withTeam("run"), begin: withTeam("begin"), complete: () => team.complete() };
}
