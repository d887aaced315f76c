import { bundleAndRun } from "../bundle.mjs";

await bundleAndRun({ index: "bench/accuracy/index.ts" });
