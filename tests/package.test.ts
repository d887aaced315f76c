/** What installing nnwasm brings along: few packages, nothing to compile, nothing native. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const json = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8"));

interface LockedPackage {
  readonly version: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly engines?: { readonly node?: string };
}

const manifest = json("package.json");
const lock = json("package-lock.json");
/** By folder: "node_modules/commander". */
const production = Object.entries<LockedPackage>(lock.packages).filter(
  ([folder, { dev }]) => folder !== "" && !dev,
);

describe("the packages that come with nnwasm", () => {
  it("are at most 40, those of package.json among them", () => {
    const folders = production.map(([folder]) => folder);
    expect(folders.length).toBeLessThanOrEqual(40);
    expect(folders).toEqual(
      expect.arrayContaining(Object.keys(manifest.dependencies).map((name) => `node_modules/${name}`)),
    );
  });

  it("run nothing when they are installed", () => {
    expect(production.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
    for (const [folder] of production) {
      const { scripts = {} } = json(`${folder}/package.json`);
      expect(Object.keys(scripts)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(pre|post)?install$/)]),
      );
    }
  });

  it("hold no native binaries", () => {
    const native = production.flatMap(([folder]) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => /\.(node|bare|so|dylib|dll|exe)(\.\d+)*$/.test(file))
        .map((file) => `${folder}/${file}`),
    );
    expect(native).toEqual([]);
  });

  it("run on Node 20", () => {
    for (const [folder, { engines }] of production) {
      const lowest = /(\d+)/.exec(engines?.node ?? "0")![1];
      expect(Number(lowest), folder).toBeLessThanOrEqual(20);
    }
  });
});

describe("package.json", () => {
  it("says what it runs on, and that it is a module without side effects", () => {
    expect(manifest.engines).toEqual({ node: ">=20" });
    expect(manifest.type).toBe("module");
    expect(manifest.sideEffects).toBe(false);
    expect(manifest.license).toBe("MIT");
    expect(existsSync(join(root, "LICENSE"))).toBe(true);
  });

  it("has the lockfile's name, version and dependencies", () => {
    const { name, version, dependencies, devDependencies, engines } = lock.packages[""];
    expect({ name, version, dependencies, devDependencies, engines }).toEqual({
      name: manifest.name,
      version: manifest.version,
      dependencies: manifest.dependencies,
      devDependencies: manifest.devDependencies,
      engines: manifest.engines,
    });
  });

  it("offers the library with its types, for Node and for browsers, the two wasm files, and the command", () => {
    const types = "./dist/index.d.ts";
    expect(manifest.exports).toEqual({
      ".": { types, browser: "./dist/browser/index.js", default: "./dist/index.js" },
      "./browser": { types, default: "./dist/nnwasm.browser.js" },
      "./nnwasm.wasm": { types: "./dist/wasm/nnwasm.wasm.d.ts", default: "./dist/wasm/nnwasm.wasm" },
      "./nnwasm-threads.wasm": {
        types: "./dist/wasm/nnwasm-threads.wasm.d.ts",
        default: "./dist/wasm/nnwasm-threads.wasm",
      },
      "./package.json": "./package.json",
    });
    // What the servers of packages give to <script type="module" src="https://…/nnwasm">.
    for (const field of ["unpkg", "jsdelivr"]) expect(manifest[field]).toBe("./dist/nnwasm.browser.js");
    expect(existsSync(join(root, manifest.bin.nnwasm))).toBe(true);
    expect(manifest.files).toEqual(expect.arrayContaining(["bin", "dist"]));
  });
});
