import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";

/** The folders of tests that need more time, or more packages, than `npm test` may take: `npm run test:FOLDER`. */
const APART = ["browser", "compat", "long", "web"];

const MINUTES = 60_000;

/** A machine that does other things as well takes some times as long: these limits end only what hangs. */
const limits = { testTimeout: 5 * MINUTES, hookTimeout: 5 * MINUTES };

const globalSetup = "tests/globalSetup.ts";
// For the tests that watch the heap.
const execArgv = ["--expose-gc"];

export default defineConfig({
  test: {
    reporters: ["default", "./tests/skippedReporter.ts"],
    // Vitest leaves one core to itself, half of a small machine; it needs next to nothing.
    maxWorkers: availableParallelism(),
    projects: [
      {
        test: {
          name: "test",
          include: ["tests/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...APART.map((folder) => `tests/${folder}/**`)],
          globalSetup,
          execArgv,
          ...limits,
        },
      },
      {
        test: {
          name: "compat",
          include: ["tests/compat/**/*.test.ts"],
          globalSetup: [globalSetup, "tests/compat/globalSetup.ts"],
          ...limits,
        },
      },
      {
        test: {
          name: "browser",
          include: ["tests/browser/**/*.test.ts"],
          globalSetup: [globalSetup, "tests/browser/globalSetup.ts"],
          // A browser is many processes already.
          fileParallelism: false,
          ...limits,
        },
      },
      {
        test: {
          name: "web",
          include: ["tests/web/**/*.test.ts"],
          globalSetup,
          // A browser is many processes already.
          fileParallelism: false,
          ...limits,
        },
      },
      {
        test: {
          name: "long",
          include: ["tests/long/**/*.test.ts"],
          globalSetup,
          execArgv,
          fileParallelism: false,
          disableConsoleIntercept: true,
          testTimeout: 120 * MINUTES,
          hookTimeout: 10 * MINUTES,
        },
      },
    ],
  },
});
