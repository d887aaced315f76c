/** Trains the networks of an ensemble one after another, and puts them together. */

import { type CandidateName, candidates as candidateKinds } from "../candidates.ts";
import type { UntestedDataset } from "../data/dataset.ts";
import type { HeldOutBy } from "../data/entries.ts";
import { constantBiases } from "../ensemble/constant.ts";
import { labelsOf } from "../ensemble/labels.ts";
import {
  type CombineOptions,
  combine,
  type Member,
  type MemberSnapshot,
  membersOf,
  ofRows,
  sharesOf,
  whyNoMembers,
} from "../ensemble/members.ts";
import { ensembleSize } from "../ensemble/size.ts";
import { ConfigError } from "../errors.ts";
import { biasOutputs } from "../model/biasOutputs.ts";
import type { Callback } from "../model/callbacks/index.ts";
import { ensembleOf } from "../model/ensemble.ts";
import { keepIntervals } from "../model/heldOut.ts";
import type { Model } from "../model/model.ts";
import type { NamedTensor } from "../model/safetensors.ts";
import { presets } from "../presets.ts";
import { type Network, networkFor } from "./network.ts";
import type { TrainTableOptions } from "./options.ts";

/** Trains the members of an ensemble, one after another, and makes one model of them. */
export async function trainMembers(
  dataset: UntestedDataset,
  options: TrainTableOptions,
  heldOutBy: HeldOutBy,
): Promise<Model> {
  const { seed = 1, engine, threads } = options;
  const rows = dataset.split!.train;
  const size = ensembleSize(options);
  // As many as in the smallest training, by which the schedule goes.
  const samples = Math.floor((rows.length * (size.folds - 1)) / size.folds);
  const labels = await labelsOf(dataset.training);
  const { kind, targets } = labels;
  const { candidates: usual = ["network"] } = presets[options.preset ?? "table"]({ rows: rows.length });
  const { candidates = usual } = options;
  const make = (candidate: CandidateName, own: number) =>
    networkFor(dataset, options, { candidate, rows: rows.length, samples, seed: own });
  const isConstant = (candidate: CandidateName) => candidateKinds[candidate].isConstant ?? false;
  const members = membersOf({
    candidates: candidates.map((name) => ({
      name,
      epochs: isConstant(name) ? 0 : make(name, seed).fitting.epochs,
    })),
    ...{ rows, ...size, seed },
    classes: kind === "classes" ? Array.from(rows, (row) => targets[row]) : undefined,
    ...ofRows(rows, heldOutBy),
  });
  if (members.length === 0) {
    throw new ConfigError(`${dataset.name} has ${whyNoMembers(rows.length, heldOutBy)}. Give members 1.`);
  }
  const trained: { model: Model; snapshots: readonly TrainedSnapshot[] }[] = [];
  try {
    for (const member of members) {
      const name = candidates[member.candidate]!;
      const network = make(name, member.seed);
      trained.push(
        isConstant(name)
          ? await constantMember(dataset, member, network.model, labels)
          : await trainMember(dataset, member, network, options),
      );
    }
    const snapshots = trained.map((each) => each.snapshots);
    const combination = combine(members, snapshots, labels);
    const shares = sharesOf(members, combination);
    const taken = trained.filter((_, k) => shares[k]! > 0);
    for (const [k, { model }] of trained.entries()) {
      const { epoch } = combination.candidates[members[k]!.candidate]!;
      await model.load(snapshots[k]!.find((each) => each.epoch === epoch)!.tensors, `member ${k}`);
    }
    const model = await ensembleOf(
      taken.map(({ model }) => model),
      {
        weights: shares.filter((share) => share > 0),
        ...(kind !== "numbers" && { temperature: combination.temperature }),
        ...(engine !== undefined && { engine }),
        ...(threads !== undefined && { threads }),
      },
    );
    keepIntervals(model, combination, labels, dataset.preprocessing);
    return model;
  } finally {
    for (const { model } of trained) await model.close();
  }
}

interface TrainedSnapshot extends MemberSnapshot {
  readonly tensors: readonly NamedTensor[];
}

async function trainMember(
  { training }: UntestedDataset,
  { number, rows, snapshots }: Member,
  { model, fitting }: Network,
  { onEpoch, signal }: TrainTableOptions,
): Promise<{ model: Model; snapshots: readonly TrainedSnapshot[] }> {
  const validation = training.select(rows.validation);
  const kept: { epoch: number; tensors: readonly NamedTensor[] }[] = [];
  const keeper: Callback = {
    name: "snapshots",
    onEpoch: ({ epoch }, context) => {
      if (snapshots.includes(epoch)) kept.push({ epoch, tensors: context.tensors() });
    },
  };
  const { interrupted } = await model.fit(training.select(rows.train), {
    ...{ ...fitting, validation, signal, callbacks: [keeper] },
    ...(onEpoch !== undefined && { onEpoch: (row) => onEpoch(row as never, number + 1) }),
  });
  if (interrupted) signal!.throwIfAborted();
  const answered: TrainedSnapshot[] = [];
  for (const { epoch, tensors } of kept) {
    await model.load(tensors, `epoch ${epoch}`);
    answered.push({ epoch, tensors, outputs: await model.predict(validation) });
  }
  return { model, snapshots: answered };
}

/** A member that answers the same for all rows. */
async function constantMember(
  { training, features }: UntestedDataset,
  { rows }: Member,
  model: Model,
  labels: CombineOptions,
): Promise<{ model: Model; snapshots: readonly TrainedSnapshot[] }> {
  await model.build(features, training.elementType);
  const tensors = await biasOutputs(model, constantBiases(rows.train, labels));
  const outputs = await model.predict(training.select(rows.validation));
  return { model, snapshots: [{ epoch: 0, tensors, outputs }] };
}
