/**
 * Before the tests that need packages of their own: installs what each folder in a folder that has a package.json names, by
 * its lockfile. These packages are many and large, and not among the project's own. Nothing is done if the lockfile is
 * that of the last installation. No install script is run, as programs come in packages for their platforms.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { outputOf } from "./output.ts";

/** The file with the hash of the lockfile by which node_modules was installed. */
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
  const { code, output } = await outputOf("npm", ["ci", ...flags], folder);
  if (code !== 0) throw new Error(`npm ci in ${folder} ended with ${code}:\n${output}`);
  writeFileSync(stamp, hash);
}
