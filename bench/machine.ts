/** The machine on which the figures were measured. */
import { arch, cpus, platform, totalmem } from "node:os";

export interface Machine {
  readonly cpu: string;
  /** Logical processors. */
  readonly cores: number;
  /** Memory in GiB. */
  readonly memory: number;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memory: Math.round(totalmem() / 2 ** 30),
    platform: `${platform()}-${arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
  };
}

export function machineLine({ cpu, cores, memory, platform, node, v8 }: Machine): string {
  return `${cpu}, ${cores} cores, ${memory} GiB, ${platform}, Node ${node} (V8 ${v8})`;
}
