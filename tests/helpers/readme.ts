/** Runs the programs in a document against the built package, and compares their output with their comments. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PNG } from "pngjs";
import { expect } from "vitest";
import { start } from "./cli.ts";

/** The code blocks of a language, unchanged. */
export const blocks = (markdown: string, language: string): string[] =>
  [...markdown.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(([, code]) => code!);

/** The blocks of shell commands, each with what stands printed beneath it, if there is something. */
export const shellBlocks = (markdown: string): (readonly [commands: string, printed: string | undefined])[] =>
  [...markdown.matchAll(/^```sh\n(.*?)^```$(?:\s*^```\n(.*?)^```$)?/gms)].map(([, commands, printed]) => [
    commands!,
    printed,
  ]);

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Makes `import … from "nnwasm"`, `npx nnwasm` and examples/ in the folder lead to the built package and to the repository. */
export function linkPackage(folder: string): void {
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
  symlinkSync(ROOT, join(folder, "node_modules/nnwasm"), "junction");
  symlinkSync(join(ROOT, "bin/nnwasm.js"), join(folder, "node_modules/.bin/nnwasm"));
  symlinkSync(join(ROOT, "examples"), join(folder, "examples"), "junction");
}

/**
 * Runs a block of shell commands, which must succeed and print what stands beneath it, if there is something.
 */
export async function expectShell(
  folder: string,
  [commands, printed]: ReturnType<typeof shellBlocks>[number],
): Promise<void> {
  const env = { PATH: [join(folder, "node_modules/.bin"), process.env.PATH].join(delimiter) };
  const { code, stdout, stderr } = await start("bash", ["-e", "-c", commands], folder, env).result;
  expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
  if (printed !== undefined) expect(stdout).toMatch(patternOf(printed));
}

let programs = 0;

/** Runs a program in the folder, and gives what it printed. */
export async function runProgram(folder: string, code: string): Promise<string> {
  const file = join(folder, `program-${++programs}.mjs`);
  writeFileSync(file, code);
  const { code: exitCode, stdout, stderr } = await start(process.execPath, [file], folder).result;
  expect([exitCode, stderr]).toEqual([0, ""]);
  return stdout;
}

/**
 * Compares what a program printed with the comments behind its `console.log(…); // …`. Words must be equal, "…" stands for
 * digits, and lines that the console breaks count as one.
 */
export function expectPrinted(code: string, stdout: string): void {
  const comments = [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment]) => comment!);
  expect(comments.length).toBeGreaterThan(0);
  const escaped = comments.map((comment) =>
    comment.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("…", "\\d*"),
  );
  expect(stdout.replace(/\s+/g, " ").trim()).toMatch(new RegExp(`^${escaped.join(" ")}$`));
}

/** What a command printed, where "…" stands for anything within a line, and a line of it alone for any lines. */
function patternOf(printed: string): RegExp {
  const lines = printed
    .split("\n")
    .map((line) =>
      line === "…" ? "(?:.*\n)*?.*" : line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("…", ".*"),
    );
  return new RegExp(`^${lines.join("\n")}$`);
}

/** Two folders of pictures: bright ones of cats, dark ones of dogs. */
export function makePhotos(folder: string): void {
  for (const [name, light] of [
    ["cat", 200],
    ["dog", 40],
  ] as const) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let i = 0; i < 12; i++) {
      const image = new PNG({ width: 24, height: 20 });
      // Grey, and opaque.
      for (const [at] of image.data.entries()) image.data[at] = at % 4 === 3 ? 255 : light + i;
      writeFileSync(join(folder, name, `${i}.png`), PNG.sync.write(image));
    }
  }
}
