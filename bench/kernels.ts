/** The kernels that the benchmark measures, a file for each family. A new family is its file and a line here. */
import { cases as accuracy } from "./accuracy.bench.ts";
import { cases as adam } from "./adam.bench.ts";
import { cases as batchNorm } from "./batchNorm.bench.ts";
import { cases as bias } from "./bias.bench.ts";
import { cases as elementary } from "./elementary.bench.ts";
import { cases as firstLayer } from "./firstLayer.bench.ts";
import { cases as gather } from "./gather.bench.ts";
import type { KernelCase } from "./kernelCase.ts";
import { cases as l2 } from "./l2.bench.ts";
import { cases as matmul } from "./matmul.bench.ts";
import { cases as moments } from "./moments.bench.ts";
import { cases as relu } from "./relu.bench.ts";
import { cases as sgd } from "./sgd.bench.ts";
import { cases as softmaxCrossEntropy } from "./softmaxCrossEntropy.bench.ts";

export const kernels: readonly KernelCase[] = [
  ...matmul,
  ...firstLayer,
  ...bias,
  ...relu,
  ...batchNorm,
  ...softmaxCrossEntropy,
  ...l2,
  ...sgd,
  ...adam,
  ...gather,
  ...elementary,
  ...moments,
  ...accuracy,
];

/** The case that is compared with the machine's peak. */
export const gemm = matmul.find(({ name }) => name === "matmul.multiply 1024x1024x1024")!;
