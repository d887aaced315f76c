/** scripts/build.mjs: npm and the tests run it again and again, also while the program runs. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outputOf } from "./helpers/output.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));

/** Runs scripts/build.mjs of a folder to its end. */
const build = (root: string, ...flags: string[]) =>
  outputOf(process.execPath, [join(root, "scripts/build.mjs"), ...flags], tmpdir());

/** Which file or folder it is, and when it was written. */
const identity = (path: string) => {
  const { ino, mtimeMs } = statSync(path);
  return { ino, mtimeMs };
};

describe("build --if-changed in the repository", () => {
  it("does nothing, and says nothing, when nothing has changed", async () => {
    const paths = [
      "dist",
      "dist/index.js",
      "dist/wasm/nnwasm.wasm",
      "src/wasm/binaries.generated.ts",
      "build",
    ];
    const before = paths.map((path) => identity(join(repository, path)));
    expect(await build(repository, "--if-changed")).toEqual({ code: 0, output: "" });
    expect(paths.map((path) => identity(join(repository, path)))).toEqual(before);
  });
});

/** A copy of the set-up with one kernel and one source file, which builds in a second or two. */
describe("build in a small project", () => {
  let root: string;
  const at = (path: string) => join(root, path);
  const read = (path: string) => readFileSync(at(path), "utf8");
  const source = (text: string) => writeFileSync(at("src/index.ts"), text);
  /** What a build may leave beside dist/ and the generated sources: nothing but the kept binaries. */
  const expectNoLeftovers = () => {
    expect(readdirSync(at("build"))).toEqual(["wasm"]);
    expect(readdirSync(at("src/wasm")).sort()).toEqual([
      "binaries.generated.ts",
      "exports.generated.ts",
      "wideBinaries.generated.ts",
    ]);
  };

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "nnwasm-build-"));
    const kept = ["asconfig.json", "package.json", "package-lock.json", "tsconfig.build.json"];
    for (const file of [...kept, "scripts/build.mjs", "scripts/exports.mjs", "scripts/tiles.mjs"])
      cpSync(join(repository, file), at(file));
    const { compilerOptions } = JSON.parse(readFileSync(join(repository, "tsconfig.json"), "utf8"));
    // Without the browser's and Node's types, which take most of the compiler's time.
    const quick = { ...compilerOptions, lib: ["ES2023"], types: [] };
    writeFileSync(at("tsconfig.json"), JSON.stringify({ compilerOptions: quick }));
    symlinkSync(join(repository, "node_modules"), at("node_modules"));
    mkdirSync(at("assembly"));
    mkdirSync(at("src"));
    writeFileSync(at("assembly/index.ts"), "export function one(): i32 {\n  return 1;\n}\n");
    writeFileSync(at("src/other.ts"), "export const other = 1;\n");
    source("export const answer: number = 41;\n");
    expect(await build(root, "--if-changed")).toEqual({ code: 0, output: "" });
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it("makes dist/ and what is generated, and leaves nothing else", () => {
    expect((readdirSync(at("dist"), { recursive: true }) as string[]).sort()).toEqual(
      [
        ".inputs",
        "index.d.ts",
        "index.js",
        "other.js",
        "wasm",
        "wasm/binaries.generated.js",
        "wasm/exports.generated.js",
        "wasm/nnwasm-threads.wasm",
        "wasm/nnwasm-threads.wasm.d.ts",
        "wasm/nnwasm.wasm",
        "wasm/nnwasm.wasm.d.ts",
        "wasm/wideBinaries.generated.js",
      ].sort(),
    );
    expect(read("src/wasm/exports.generated.ts")).toContain("  one(): number;\n");
    const binary = readFileSync(at("dist/wasm/nnwasm.wasm"));
    expect(WebAssembly.validate(binary)).toBe(true);
    expect(read("src/wasm/binaries.generated.ts")).toContain(`"${binary.toString("base64")}"`);
    expectNoLeftovers();
  });

  it("makes dist/ anew when a source has changed, even twice at once, but not the binaries", async () => {
    const [dist, wasm] = [identity(at("dist")), identity(at("build/wasm"))];
    source("export const answer: number = 42;\n");
    rmSync(at("src/other.ts"));
    const results = await Promise.all([build(root, "--if-changed"), build(root, "--if-changed")]);
    expect(results).toEqual([
      { code: 0, output: "" },
      { code: 0, output: "" },
    ]);
    expect(read("dist/index.js")).toContain("42");
    expect(existsSync(at("dist/other.js"))).toBe(false);
    expect(identity(at("dist"))).not.toEqual(dist);
    expect(identity(at("build/wasm"))).toEqual(wasm);
    expectNoLeftovers();
  });

  it("fails when a source does not compile, and leaves the old dist/ in its place", async () => {
    const before = identity(at("dist"));
    const good = read("src/index.ts");
    source('export const answer: number = "42";\n');
    const { code, output } = await build(root, "--if-changed");
    expect(code).toBe(1);
    expect(output).toContain("src/index.ts(1,14): error TS2322");
    expect(output).toMatch(/\nbuild: tsc -p tsconfig\.build\.json .* failed\.\n$/);
    expect(identity(at("dist"))).toEqual(before);
    expectNoLeftovers();
    source(good);
    expect(await build(root, "--if-changed")).toEqual({ code: 0, output: "" });
    expect(identity(at("dist"))).toEqual(before);
  });

  it("makes the binaries anew when a kernel has changed", async () => {
    const before = read("src/wasm/binaries.generated.ts");
    writeFileSync(at("assembly/index.ts"), "export function two(): i32 {\n  return 2;\n}\n");
    expect(await build(root, "--wasm-only")).toEqual({ code: 0, output: "" });
    expect(read("src/wasm/binaries.generated.ts")).not.toBe(before);
    expect(read("src/wasm/exports.generated.ts")).toContain("  two(): number;\n");
    expectNoLeftovers();
  });

  it("exports a generic kernel for each of its types, and makes the host's layout of the kernel's", async () => {
    mkdirSync(at("assembly/twice"));
    writeFileSync(at("assembly/twice/layout.ts"), "export const SIZE: i32 = 4;\n");
    writeFileSync(
      at("assembly/twice/twice.ts"),
      "export function twice<T>(y: usize, x: usize, part: i32, parts: i32): void {\n  store<T>(y, <T>2 * load<T>(x));\n}\n",
    );
    writeFileSync(at("assembly/index.ts"), 'export { twice as double } from "./twice/twice";\n');
    expect(await build(root, "--wasm-only")).toEqual({ code: 0, output: "" });
    const binary = await WebAssembly.compile(readFileSync(at("build/wasm/nnwasm.wasm")));
    const functions = WebAssembly.Module.exports(binary).filter(({ kind }) => kind === "function");
    expect(functions.map(({ name }) => name).sort()).toEqual(["doubleF32", "doubleF64"]);
    const host = read("src/wasm/exports.generated.ts");
    expect(host).toContain("  doubleF32(y: number, x: number, part: number, parts: number): void;\n");
    expect(host).toContain('  doubleF64: Exports["doubleF32"];\n');
    expect(host).toContain("  double: { y: Place; x: Place };\n");
    expect(host).toContain('(a: Arguments["double"]) =>\n  call(at(a.y), at(a.x), 0, 1);\n');
    expect(host).toContain('export const partitioned = [\n  "doubleF32",\n  "doubleF64",\n] as const;\n');
    expect(read("src/wasm/twiceLayout.generated.ts")).toContain("export const SIZE: number = 4;\n");
  });

  it.each([
    [
      'export { once } from "./twice/twice";\n',
      "exports: ./twice/twice.ts has no function once, which index.ts names.",
    ],
    [
      "export function any<Q>(x: usize): void {}\n",
      "exports: any<Q> has types for which scripts/exports.mjs knows no instances.",
    ],
  ])("refuses what it cannot export: %j", async (index, message) => {
    writeFileSync(at("assembly/index.ts"), index);
    expect(await build(root, "--wasm-only")).toEqual({ code: 1, output: `${message}\n` });
  });

  it("leaves dist/ alone where there are no compilers: it was installed without them", async () => {
    const before = identity(at("dist"));
    rmSync(at("node_modules"));
    source("export const answer: number = 43;\n");
    expect(await build(root, "--if-changed")).toEqual({ code: 0, output: "" });
    expect(identity(at("dist"))).toEqual(before);
  });
});
