/** After a run: the title of every test that was skipped, so that a run that left something out does not look whole. */
import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";

export default class SkippedReporter implements Reporter {
  #vitest!: Vitest;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // With a pattern (-t), all others are skipped.
    if (this.#vitest.config.testNamePattern !== undefined) return;
    for (const module of modules) {
      for (const test of module.children.allTests("skipped")) this.#vitest.logger.log(line(module, test));
    }
  }
}

function line(module: TestModule, test: TestCase): string {
  const result = test.result();
  const note = result.state === "skipped" && result.note !== undefined ? ` [${result.note}]` : "";
  return ` SKIPPED  ${module.relativeModuleId} > ${test.fullName}${note}`;
}
