/** What goes through the layers of a model: their outputs for some samples, and the gradients by these. */
import type { Samples } from "../data/dataset.ts";
import { ConfigError } from "../errors.ts";
import type { Layer } from "../layers/layer.ts";
import { checkOptions, shown } from "../options.ts";
import { bindPlan } from "../plan/plan.ts";
import type { FloatArray } from "../tensor.ts";
import { requireTrained } from "./checks.ts";
import { forEachBlock } from "./evaluate.ts";
import type { LayerMark } from "./lowering.ts";
import type { Placement } from "./placements.ts";
import { checkSamples, requireSome } from "./suits.ts";
import type { Workspace } from "./workspace.ts";

export interface InspectOptions {
  /** The most samples that are sent through the layers, the first ones of those given, 1 to 256. Default: 256. */
  readonly most?: number;
}

/** What a layer gives in a training step, and how the loss depends on it. */
export interface LayerActivity {
  /** The layer's name in {@link Model.layers}: "dense1", "relu1", "batchnorm1". */
  readonly name: string;
  /** Samples that were sent through. */
  readonly samples: number;
  /** Numbers that the layer gives for a sample. */
  readonly units: number;
  /** (samples, units), row-major: its outputs in training mode. */
  readonly outputs: FloatArray;
  /** (samples, units): the gradient of the mean loss of these samples by the outputs. */
  readonly gradients: FloatArray;
}

const WHERE = "Model.inspect";

/** The most samples of an inspection: every memory has room for so many. */
const MOST_INSPECTED = 256;

/**
 * The work of {@link Model.inspect}: it sends the first samples forward and back through the layers, as a training step does,
 * but updates nothing. Parameters and moving averages are afterwards as they were.
 * @param minimumBatch the smallest batch that all layers can be trained on
 * @throws ConfigError if an option is wrong, or the model cannot be trained; DatasetError if there are too few samples
 */
export function inspectionOf(
  layers: readonly (readonly [name: string, layer: Layer])[],
  minimumBatch: number,
  samples: Samples,
  options: InspectOptions,
): (workspace: Workspace) => Promise<LayerActivity[]> {
  requireTrained(WHERE, layers);
  checkOptions(WHERE, options, ["most"]);
  checkSamples(WHERE, samples);
  requireSome(WHERE, samples);
  const n = requireInspected(options.most ?? MOST_INSPECTED, minimumBatch, samples.count);
  return async (workspace) => {
    const look = (source: Placement) => {
      // The forward pass of a training moves the averages of batch normalisation.
      const before = workspace.states.map(({ value }) => value.data.slice());
      workspace.readParameters();
      const activity = observed(workspace, n, source);
      for (const [i, { value }] of workspace.states.entries()) value.data.set(before[i]!);
      return activity;
    };
    const place = workspace.samples.find(samples);
    if (place?.filled) {
      for (let i = 0; i < n; i++) workspace.rows.data[i] = place.selection?.[i] ?? i;
      return look(place);
    }
    let activity: LayerActivity[] = [];
    await forEachBlock(WHERE, workspace, samples, { count: n, withTargets: true }, (_, __, source) => {
      activity = look(source);
    });
    return activity;
  };
}

/** Runs the plan of a gradient, and copies what each layer gives before later calls overwrite it. */
function observed(workspace: Workspace, n: number, source: Placement): LayerActivity[] {
  const marks: LayerMark[] = [];
  const { plan } = workspace.lower("gradient", n, source, false, marks);
  const found = new Map<string, { outputs?: FloatArray; gradients?: FloatArray }>();
  let done = 0;
  for (const { calls, layer, what, tensor } of marks) {
    bindPlan(plan.slice(done, calls), workspace.kernels)();
    done = calls;
    const copy = tensor.data.slice() as FloatArray;
    found.set(layer, { ...found.get(layer), [what === "output" ? "outputs" : "gradients"]: copy });
  }
  return [...found].map(([name, { outputs, gradients }]) => ({
    ...{ name, samples: n, units: outputs!.length / n },
    ...{ outputs: outputs!, gradients: gradients! },
  }));
}

/** @throws ConfigError unless so many samples can be sent through the layers */
function requireInspected(most: number, minimumBatch: number, count: number): number {
  if (!Number.isInteger(most) || most < 1 || most > MOST_INSPECTED) {
    throw new ConfigError(
      `${WHERE}: most is ${shown(most)}, expected an integer from 1 to ${MOST_INSPECTED}.`,
    );
  }
  const n = Math.min(most, count);
  if (n >= minimumBatch) return n;
  throw new ConfigError(
    `${WHERE}: ${n} samples are fewer than ${minimumBatch}, which batch normalisation needs. Give more.`,
  );
}
