/** The formats of tables by name. A new one is its file and a line here. */
import type { Format } from "./format.ts";

export const formats: Readonly<Record<string, Format>> = {};
