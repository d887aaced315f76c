/** The folder of an evaluation: its plots. */
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../../errors.ts";
import { writeFileAtomic } from "../../files/atomic.ts";
import { fileError } from "../../files/errors.ts";
import { confusionPlot, MOST_DRAWN, reliabilityPlot, residualsPlot } from "../../report/evaluation/plots.ts";
import type { AnswersReport } from "../../runs/evaluate.ts";

/**
 * Draws what there is to draw, and writes it.
 * @returns the names of the files
 * @throws ConfigError if one of them is there already, and not `force`; FileError if they cannot be written
 */
export async function writePlots(folder: string, report: AnswersReport, force: boolean): Promise<string[]> {
  const plots = await plotsOf(report);
  for (const [name] of plots) {
    const file = join(folder, name);
    const there = await stat(file).then(
      () => true,
      () => false,
    );
    if (there && !force)
      throw new ConfigError(`${file} is there already. Give another --out, or --force to replace it.`);
  }
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw fileError(folder, "made", error);
  });
  for (const [name, svg] of plots) await writeFileAtomic(join(folder, name), svg);
  return plots.map(([name]) => name);
}

/**
 * What there is to draw of answers, by the names of the files.
 * @param note a line on the samples. Default: none
 */
export async function plotsOf(report: AnswersReport, note?: string): Promise<[name: string, svg: string][]> {
  const { task, metrics, names, reliability, calibrationError, residuals } = report;
  const plots: [string, string][] = [];
  const matrix = metrics.confusion as readonly (readonly number[])[] | undefined;
  if (task === "classes" && matrix !== undefined && matrix.length <= MOST_DRAWN) {
    plots.push(["confusion.svg", await confusionPlot(matrix, names, note)]);
  }
  if (reliability !== undefined) {
    const kind = task === "flags" ? "flags" : "classes";
    plots.push(["reliability.svg", await reliabilityPlot(reliability, calibrationError!, kind, note)]);
  }
  if (residuals !== undefined) plots.push(["residuals.svg", await residualsPlot(residuals, note)]);
  return plots;
}
