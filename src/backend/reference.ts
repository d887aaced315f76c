/** The backend that needs no WebAssembly: the kernels are their definitions. */
import { MemoryError } from "../errors.ts";
import { referenceKernels } from "../kernels/index.ts";
import type { Backend } from "./backend.ts";
import { BASE, checkSize } from "./memory.ts";

/** The kernels' definitions, in plain TypeScript: the same bits, at a hundredth of the speed. */
export function referenceBackend(): Backend {
  return {
    name: "js",
    async open(bytes) {
      checkSize(bytes);
      let buffer: ArrayBuffer;
      try {
        buffer = new ArrayBuffer(BASE + bytes);
      } catch (cause) {
        throw new MemoryError(
          `The system does not give ${BASE + bytes} bytes of memory. Use fewer samples.`,
          {
            cause,
          },
        );
      }
      return { buffer, base: BASE, kernels: referenceKernels };
    },
  };
}
