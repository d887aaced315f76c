/** The settings in the order of `--help`. */
import type { Setting } from "./setting.ts";
import { settings } from "./table.ts";

/**
 * The entries of the table by the titles of their groups.
 * @param options.alone whether to add, at the end of its group, what only a training that runs by itself has
 */
export function byGroup({ alone = false } = {}): Map<string, [key: string, entry: Setting][]> {
  const groups = new Map<string, [string, Setting][]>();
  const all = Object.entries(settings) as [string, Setting][];
  for (const wanted of alone ? [false, true] : [false]) {
    for (const pair of all) {
      const [, entry] = pair;
      if ((entry.alone ?? false) !== wanted) continue;
      groups.set(entry.group, [...(groups.get(entry.group) ?? []), pair]);
    }
  }
  return groups;
}
