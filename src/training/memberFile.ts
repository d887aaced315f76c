/** A member of an ensemble as a file, so that a training that was interrupted need not train it again. */
import { FileError } from "../errors.ts";
import type { EpochRow } from "../model/history.ts";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../model/safetensors.ts";
import { shown } from "../options.ts";
import type { Bytes } from "../platform.ts";
import type { Snapshot } from "./job.ts";

/** What a member has become. */
export interface TrainedMember {
  readonly number: number;
  /** Its epochs. */
  readonly rows: readonly EpochRow[];
  readonly snapshots: readonly Snapshot[];
  readonly steps: number;
  readonly trainSeconds: number;
}

const FORMAT = "nnwasm member";
const OUTPUTS = "outputs";

/** @param data the fingerprint of the data that it was trained on */
export function encodeMember(
  { number, rows, snapshots, steps, trainSeconds }: TrainedMember,
  data: string,
): Bytes {
  const tensors = snapshots.flatMap(({ epoch, tensors, outputs }): NamedTensor[] => [
    ...tensors.map((tensor) => ({ ...tensor, name: `${epoch}.${tensor.name}` })),
    { name: `${epoch}.${OUTPUTS}`, shape: [outputs.length], data: outputs },
  ]);
  const facts = { number, steps, trainSeconds, epochs: snapshots.map(({ epoch }) => epoch) };
  return encodeSafetensors(tensors, {
    ...{ format: FORMAT, facts: JSON.stringify(facts), data },
    rows: JSON.stringify(rows),
  });
}

export interface MemberExpectations {
  readonly number: number;
  /** The epochs of which the networks are kept. */
  readonly epochs: readonly number[];
  /** Numbers that it answers for the rows that were held out. */
  readonly outputs: number;
  /** The fingerprint of the data at hand. */
  readonly data: string;
}

/**
 * @param name the file's, for errors
 * @throws FileError if it is damaged, or of another training
 */
export function decodeMember(bytes: Uint8Array, name: string, expected: MemberExpectations): TrainedMember {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const facts = metadata.get("format") === FORMAT ? parsed(metadata.get("facts")) : undefined;
  const { number, steps, trainSeconds, epochs } = (facts ?? {}) as Partial<Record<string, unknown>>;
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  const rows = parsed(metadata.get("rows"));
  const isMember = isCount(number) && isCount(steps) && typeof trainSeconds === "number" && trainSeconds >= 0;
  if (!isMember || !isRows(rows)) {
    throw new FileError(
      `${name} is no member of an ensemble, or is damaged. Remove it: it is then trained again.`,
    );
  }
  if (metadata.get("data") !== expected.data) {
    throw new FileError(
      `${name} was trained on other data than those at hand. Put the data back as they were, or begin anew in another folder.`,
    );
  }
  if (number !== expected.number || JSON.stringify(epochs) !== JSON.stringify(expected.epochs)) {
    throw new FileError(
      `${name} is of member ${shown(number)} with the epochs ${shown(epochs)}, expected member ${expected.number}. ` +
        "Remove it: it is then trained again.",
    );
  }
  const snapshots = expected.epochs.map((epoch): Snapshot => {
    const prefix = `${epoch}.`;
    const own = [...tensors.values()].filter((tensor) => tensor.name.startsWith(prefix));
    const outputs = tensors.get(`${prefix}${OUTPUTS}`)?.data;
    if (outputs?.length !== expected.outputs) {
      throw new FileError(
        `${name} has not the answers after epoch ${epoch}. Remove it: it is then trained again.`,
      );
    }
    return {
      epoch,
      outputs: outputs as Snapshot["outputs"],
      tensors: own
        .filter((tensor) => tensor.name !== `${prefix}${OUTPUTS}`)
        .map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length) })),
    };
  });
  return { number: expected.number, rows, snapshots, steps: steps as number, trainSeconds };
}

/** Numbers of epochs, as far as anything but metrics.jsonl depends on them. */
const isRows = (rows: unknown): rows is readonly EpochRow[] =>
  Array.isArray(rows) && rows.every((row: Partial<EpochRow> | null) => Number.isSafeInteger(row?.epoch));

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
