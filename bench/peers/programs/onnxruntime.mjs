// Predictions of an ONNX file by onnxruntime-web.
import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";

const { makeData, repeat, serve, standardize } = await import(process.argv[2]);
const settings = JSON.parse(process.argv[3]);
const { widths, batchSize, threads, model } = settings;

ort.env.wasm.numThreads = threads;
ort.env.logLevel = "error";
const session = await ort.InferenceSession.create(readFileSync(model), {
  executionProviders: ["wasm"],
  graphOptimizationLevel: "all",
});
const values = standardize(makeData(settings).bytes.subarray(0, batchSize * widths[0]));

async function predict() {
  const x = new ort.Tensor("float32", values, [batchSize, widths[0]]);
  const { probabilities } = await session.run({ x });
  return probabilities.data;
}

await serve(
  {
    name: "onnxruntime-web",
    version: ort.env.versions.web ?? ort.env.versions.common,
    threads: ort.env.wasm.numThreads,
    engine: "WebAssembly SIMD",
  },
  { outputs: predict, slice: (seconds, least) => repeat(seconds, least, predict) },
);
