import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/gradcheck.test.ts"],
    testTimeout: 300_000,
    reporters: ["verbose"],
    disableConsoleIntercept: true,
  },
});
