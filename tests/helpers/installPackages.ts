/**
 * Before the tests that need packages of their own: installs what each folder in a folder that has a package.json names, by
 * its lockfile. These packages are many and large, and none of the project's own. Nothing is done where the lockfile is
 * that of the last installation. No install script is run: a program comes as the package of its platform.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** In node_modules: the hash of the lockfile that it was installed by. */
const STAMP = "node_modules/.lock-sha256";

export async function installPackages(parent: string): Promise<void> {
  const folders = readdirSync(parent)
    .map((name) => join(parent, name))
    .filter((folder) => existsSync(join(folder, "package.json")));
  await Promise.all(folders.map(install));
}

async function install(folder: string): Promise<void> {
  const hash = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  const stamp = join(folder, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  const { code, output } = await run("npm", ["ci", ...flags], folder);
  if (code !== 0) throw new Error(`npm ci in ${folder} ended with ${code}:\n${output}`);
  writeFileSync(stamp, hash);
}

function run(file: string, args: string[], cwd: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
