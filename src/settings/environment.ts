/** Settings from NNWASM_… variables. */
import { ConfigError } from "../errors.ts";
import { byGroup } from "./groups.ts";
import { variablesOf } from "./names.ts";
import type { TrainSettings } from "./settings.ts";

/**
 * The settings that the variables give, each checked as its flag is. An empty variable counts as none.
 * @param options.alone whether the training runs by itself. Default: no
 * @throws ConfigError with the variable and what is expected
 */
export function settingsFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  { alone = false } = {},
): Partial<TrainSettings> {
  const found: Record<string, unknown> = {};
  for (const [, entries] of byGroup({ alone })) {
    for (const [key, { flags, type, environment = true }] of entries) {
      const variable = variablesOf(flags).find((name) => env[name]);
      if (!environment || variable === undefined) continue;
      const text = env[variable]!;
      try {
        found[key] = type.read(text);
      } catch (error) {
        throw new ConfigError(`${variable}=${text}: ${(error as Error).message}`);
      }
    }
  }
  return found;
}
