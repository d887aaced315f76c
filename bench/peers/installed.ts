/** Finds the peers that are installed. It never installs any. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Python {
  readonly executable: string;
  /** The versions of those modules that it imports. */
  readonly modules: Readonly<Partial<Record<"numpy" | "torch", string>>>;
}

/** Debian's OpenBLAS for programs with OpenMP: beside its other build, PyTorch's threads get in each other's way. */
export const OPENMP_OPENBLAS = "/usr/lib/x86_64-linux-gnu/openblas-openmp";

const PROBE = `
import importlib, json, sys
modules = {}
for name in ("numpy", "torch"):
    try:
        modules[name] = importlib.import_module(name).__version__
    except Exception:
        pass
print(json.dumps({"executable": sys.executable, "modules": modules}))
`;

/** The interpreter, if it runs. */
export function probePython(command: string): Python | undefined {
  const { status, stdout } = spawnSync(command, ["-c", PROBE], {
    encoding: "utf8",
    env: { ...process.env, OPENBLAS_NUM_THREADS: "1" },
    timeout: 60_000,
  });
  return status === 0 ? (JSON.parse(stdout.trim().split("\n").at(-1)!) as Python) : undefined;
}

/** The interpreter with the most modules; the earlier of equals. */
export function findPython(commands: readonly string[]): Python | undefined {
  const count = ({ modules }: Python) => Object.keys(modules).length;
  let found: Python | undefined;
  for (const command of commands) {
    const python = probePython(command);
    if (python !== undefined && (found === undefined || count(python) > count(found))) found = python;
    if (found !== undefined && count(found) === 2) break;
  }
  return found;
}

/** The version of a package in bench/peers/node_modules. */
export function packageVersion(folder: string, name: string): string | undefined {
  const manifest = join(folder, "node_modules", name, "package.json");
  if (!existsSync(manifest)) return undefined;
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
