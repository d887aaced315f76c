import { describe, expect, test } from "vitest";
import { ContenderProcess, type Launch } from "../../bench/peers/process.ts";

/** A peer that is a few lines of JavaScript, with `lines` to iterate over. */
function program(source: string): Launch {
  const prologue = `
    const say = (value) => process.stdout.write(JSON.stringify(value) + "\\n");
    const lines = require("node:readline").createInterface({ input: process.stdin });
  `;
  return { command: process.execPath, args: ["-e", prologue + source], env: process.env };
}

const INTRODUCTION = '{ name: "Fake", version: "1.0", threads: 1, engine: "V8" }';

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as Error).message;
  }
  return "it did not fail";
}

describe("a contender's process", () => {
  test("introduces itself and answers line by line, whatever else its library prints", async () => {
    const contender = await ContenderProcess.start(
      program(`
        console.log("==== Hi, you are using a library ====");
        console.log("{not JSON}");
        say(${INTRODUCTION});
        lines.on("line", (line) => { console.log("working"); say({ echo: line }); });
      `),
    );
    expect(contender.introduction).toEqual({ name: "Fake", version: "1.0", threads: 1, engine: "V8" });
    expect(await contender.ask("slice 0.5 2")).toEqual({ echo: "slice 0.5 2" });
    expect(await contender.ask("check 3")).toEqual({ echo: "check 3" });
    await contender.end();
    expect(await reasonOf(contender.ask("slice 0.5 2"))).toBe("it ended with SIGKILL");
  });

  test("a number that Python writes and JSON lacks arrives as null", async () => {
    const contender = await ContenderProcess.start(
      program(
        `say(${INTRODUCTION}); lines.on("line", () => console.log('{"loss": NaN, "top": -Infinity}'));`,
      ),
    );
    expect(await contender.ask("slice 1 1")).toEqual({ loss: null, top: null });
    await contender.end();
  });

  test("the reason why one cannot start is the line with the error", async () => {
    const missing = program('require("@tensorflow/absent");');
    expect(await reasonOf(ContenderProcess.start(missing))).toBe(
      "Error: Cannot find module '@tensorflow/absent'",
    );
    const python = program(
      `console.error("Traceback (most recent call last):\\n  File x\\nModuleNotFoundError: No module named 'torch'");` +
        "process.exit(1);",
    );
    expect(await reasonOf(ContenderProcess.start(python))).toBe(
      "ModuleNotFoundError: No module named 'torch'",
    );
    expect(await reasonOf(ContenderProcess.start(program("process.exit(3);")))).toBe(
      "it ended with exit code 3",
    );
    const absent = { command: "/nowhere/python3", args: [], env: {} };
    expect(await reasonOf(ContenderProcess.start(absent))).toBe("spawn /nowhere/python3 ENOENT");
  });

  test("one that ends in the middle says so", async () => {
    const contender = await ContenderProcess.start(
      program(`say(${INTRODUCTION}); lines.on("line", () => { throw new RangeError("no memory"); });`),
    );
    expect(await reasonOf(contender.ask("slice 1 1"))).toBe("RangeError: no memory");
  });

  test("one that does not answer is ended", async () => {
    const silent = program('lines.on("line", () => {});');
    expect(await reasonOf(ContenderProcess.start(silent, 0.3))).toBe("it gave no answer within 0.3 s");
    const contender = await ContenderProcess.start(
      program(`say(${INTRODUCTION}); lines.on("line", () => {});`),
    );
    expect(await reasonOf(contender.ask("slice 1 1", 0.1))).toBe("it gave no answer within 0.1 s");
    await contender.end();
  });
});
