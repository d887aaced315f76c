import { expect, it } from "vitest";
import { wasmBackend } from "../../src/backend/index.ts";
import { referenceKernels, signatures } from "../../src/kernels/index.ts";

/** ["accuracy.count", …]. */
const names = (kernels: object) =>
  Object.entries(kernels).flatMap(([family, functions]) =>
    Object.keys(functions as object).map((name) => `${family}.${name}`),
  );

it("has a wasm kernel for every definition, and no other", async () => {
  const { kernels } = await wasmBackend().open(0, "float32");
  expect(names(kernels)).toEqual(names(referenceKernels));
});

it("has a signature for every kernel, and no other", () => {
  expect(names(signatures)).toEqual(names(referenceKernels));
});
