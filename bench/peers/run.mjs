import { bundleAndRun } from "../bundle.mjs";

await bundleAndRun({ index: "bench/peers/index.ts", shared: "bench/peers/shared/index.ts" });
