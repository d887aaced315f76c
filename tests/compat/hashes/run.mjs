// `npm run test:hashes` checks the table, tests/fixtures/hashes.json, on every Node of package.json here.
// `npm run test:hashes -- --write` writes it anew, by what the running Node gives: rows that are new (their settings are
// put there by hand), and those on floats, whose numbers may change with the arithmetic, in a commit that says why.
// Trainings on bytes keep their bits: their rows stay, and it fails, unless `--with-bytes` takes that promise back.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { results, TABLE } from "./train.mjs";

const flags = process.argv.slice(2);
const repository = fileURLToPath(new URL("../../..", import.meta.url));

if (flags.includes("--write")) {
  process.exitCode = await write(flags.includes("--with-bytes"));
} else {
  const vitest = fileURLToPath(new URL("../../../node_modules/vitest/vitest.mjs", import.meta.url));
  const args = [vitest, "run", "--project", "compat", "tests/compat/hashes.test.ts", ...flags];
  process.exitCode = spawnSync(process.execPath, args, { cwd: repository, stdio: "inherit" }).status ?? 1;
}

async function write(withBytes) {
  const table = JSON.parse(readFileSync(TABLE, "utf8"));
  const rows = [];
  let refused = 0;
  let different = 0;
  for (const row of table) {
    const { name, settings, everywhere, ...before } = row;
    const [{ name: _, ...result }, ...others] = await results(row);
    for (const other of others) console.log(`DIFFERS  ${other.name}\n  has ${JSON.stringify(other)}`);
    different += others.length;
    const isNew = before.weightsSha256 === undefined;
    const isSame = JSON.stringify(before) === JSON.stringify(result);
    const isRefused = !isNew && !isSame && settings.samples.type === "bytes" && !withBytes;
    if (isRefused) refused++;
    if (!isSame) {
      console.log(`${isRefused ? "REFUSED" : isNew ? "NEW" : "CHANGED"}  ${name}`);
      console.log(`  was ${JSON.stringify(before)}\n  is  ${JSON.stringify(result)}`);
    }
    rows.push(isRefused ? row : { name, settings, ...(everywhere && { everywhere }), ...result });
  }
  writeFileSync(TABLE, `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`);
  console.log("The table is written. Say in the commit why these numbers are others.");
  if (refused + different === 0) return 0;
  if (different > 0)
    console.log(`${different} trainings depend on threads or the engine, and no bits may: find out why.`);
  if (refused > 0)
    console.log(
      `${refused} trainings on bytes have other bits, which they must keep: find what changed them.`,
    );
  return 1;
}
