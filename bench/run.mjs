import { bundleAndRun } from "./bundle.mjs";

await bundleAndRun({ index: "bench/index.ts" });
