/** The machine on which the figures were measured. */
import { arch, cpus, platform, totalmem } from "node:os";
import type { SimdWidth } from "../src/backend/index.ts";

export interface Machine {
  readonly cpu: string;
  /** Logical processors. */
  readonly cores: number;
  /** Memory in GiB. */
  readonly memory: number;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
  /** Of nnwasm's vectors. */
  readonly vectors: SimdWidth;
}

export function describeMachine(vectors: SimdWidth): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memory: Math.round(totalmem() / 2 ** 30),
    platform: `${platform()}-${arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    vectors,
  };
}

export function machineLine({ cpu, cores, memory, platform, node, v8, vectors }: Machine): string {
  return `${cpu}, ${cores} cores, ${memory} GiB, ${platform}, Node ${node} (V8 ${v8}), ${vectors} vectors`;
}
