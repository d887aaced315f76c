/**
 * The page's state in its address, so that a link shows the same to someone else:
 *
 *   #data=synthetic&a.layers=50,30&a.bn=after&b.layers=50,30
 *
 * Settings are written as after their flags. What cannot be read is left out, and told.
 */

import type { Given } from "../engine/api.ts";
import { SLOTS, type Slot } from "./run.ts";
import { isSettingName, settingEntry } from "./settingEntries.ts";

/** The data in the address where they are files of one's own, which no address can hold. */
export const FILES = "files";

export interface PageState {
  /** The name of a data set that is made, or {@link FILES}. */
  readonly data: string | undefined;
  readonly given: Readonly<Record<Slot, Given>>;
  readonly compare: boolean;
}

/** @returns the text behind "#" */
export function writeState({ data, given, compare }: PageState): string {
  const params = new URLSearchParams();
  if (data !== undefined) params.set("data", data);
  for (const slot of compare ? SLOTS : (["a"] as const)) {
    for (const [name, value] of Object.entries(given[slot])) {
      if (value !== undefined && isSettingName(name)) params.set(`${slot}.${name}`, writeValue(name, value));
    }
  }
  if (compare) params.set("compare", "yes");
  // Commas and colons may stand in the part behind "#", and are easier to read.
  return params.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
}

function writeValue(name: string, value: unknown): string {
  const { type } = settingEntry(name);
  if (type.isNone?.(value)) return "none";
  return type.write === undefined ? String(value) : type.write(value);
}

export interface ReadState extends PageState {
  /** What could not be read. */
  readonly problems: readonly string[];
}

/** @param hash the text behind "#" @returns undefined if it holds no state */
export function readState(hash: string): ReadState | undefined {
  const params = new URLSearchParams(hash);
  const given: Record<Slot, Record<string, unknown>> = { a: {}, b: {} };
  const problems: string[] = [];
  let found = false;
  for (const [key, text] of params) {
    const [slot, name] = key.split(".") as [string, string | undefined];
    if (key === "data" || key === "compare") found = true;
    if (name === undefined || (slot !== "a" && slot !== "b")) continue;
    found = true;
    if (!isSettingName(name)) {
      problems.push(`There is no setting ${name}.`);
      continue;
    }
    try {
      given[slot][name] = readValue(name, text);
    } catch (error) {
      problems.push(`${name} is ${text}. ${(error as Error).message}`);
    }
  }
  if (!found) return undefined;
  return {
    data: params.get("data") ?? undefined,
    given: given as unknown as PageState["given"],
    compare: params.get("compare") === "yes",
    problems,
  };
}

function readValue(name: string, text: string): unknown {
  const { type } = settingEntry(name);
  // What is none has no text of its own in some types.
  if (text === "none" && type.isNone?.(false)) return false;
  return type.read(text);
}
