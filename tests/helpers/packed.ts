/** Packs the package and unpacks it into a project. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseTarGzip } from "nanotar";
import { readJson, start } from "./cli.ts";

export const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Packs the repository, and puts it and its dependencies into the node_modules of a folder. */
export async function installPacked(project: string): Promise<void> {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", project];
  // npm leaves a cache in its home.
  const { code, stdout, stderr } = await start("npm", args, repository, { HOME: project }).result;
  if (code !== 0) throw new Error(`npm pack ended with ${code}:\n${stderr}`);
  const tarball = join(project, JSON.parse(stdout)[0].filename);
  const modules = join(project, "node_modules");
  for (const { name, data } of await parseTarGzip(readFileSync(tarball))) {
    if (data === undefined) continue;
    const path = join(modules, name.replace(/^package/, "nnwasm"));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, data);
  }
  for (const name of dependenciesOf(repository))
    cpSync(join(repository, "node_modules", name), join(modules, name), { recursive: true });
}

/** The names of a package's dependencies, and of theirs. */
function dependenciesOf(folder: string): Set<string> {
  const names: string[] = Object.keys(readJson(join(folder, "package.json")).dependencies ?? {});
  return new Set(names.flatMap((name) => [name, ...dependenciesOf(join(repository, "node_modules", name))]));
}
