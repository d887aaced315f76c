/**
 * What runs in a process of its own for a verdict: all cases at one width. It prints their results as JSON. A process that widens
 * cannot stop, and one that V8 ends, or that hangs, ends alone.
 */
import { setSimdWidth } from "../backend/index.ts";
import { type CaseResult, CHECKED, runCase, TIMED } from "./cases.ts";

if (process.argv[2] === "wide") setSimdWidth("wide");
const results: CaseResult[] = [];
for (const each of [...CHECKED, ...TIMED]) results.push(await runCase(each));
process.stdout.write(JSON.stringify(results));
