/** The kernels' exports as a team of threads runs them. */
import type { TeamExports } from "../kernels/teamExports.ts";
import type { Team } from "../threads/team.ts";
import { type Exports, partitioned, posted } from "../wasm/exports.generated.ts";

/** The exports; those that threads can share run in as many as are active. */
export function inTeam(exports: Exports, team: Team, active: { readonly threads: number }): TeamExports {
  const kernels = Object.fromEntries(partitioned.map((name) => [name, team.kernel(name)]));
  const shares = partitioned.map((name) => {
    const alone = exports[name] as (...numbers: number[]) => void;
    const kernel = kernels[name]!;
    const together = (...numbers: number[]) => {
      if (active.threads === 1) return alone(...numbers);
      // The last two are `part` and `parts`, which the team gives each thread.
      team.run(kernel, numbers.slice(0, -2), active.threads);
    };
    return [name, together];
  });
  const meanwhile = posted.map((name) => {
    const kernel = team.kernel(name);
    // The last three, `hurry`, `part` and `parts`, are the team's.
    const post = (...numbers: number[]) => {
      if (active.threads > 1) team.post(kernel, numbers.slice(0, -3), active.threads);
    };
    return [name, post];
  });
  return {
    ...exports,
    ...Object.fromEntries([...shares, ...meanwhile]),
    begin(name, ...numbers) {
      if (active.threads === 1) (exports[name] as (...numbers: number[]) => void)(...numbers);
      else team.begin(kernels[name]!, numbers.slice(0, -2), active.threads);
    },
    complete: () => team.complete(),
  } as TeamExports;
}
