/** The scores of the opponents, which peers.py writes: a line of JSON for each table. */
import { readFileSync } from "node:fs";

/** The opponents by the names that they have in the file, and what they are called in the tables. */
export const PEERS = {
  realmlp_td_s: "double",
  forest: "forest",
  mlp: "MLP",
  linear: "linear",
  hgb: "boosting",
} as const;

export type PeerId = keyof typeof PEERS;
export const peerIds = Object.keys(PEERS) as PeerId[];
/** The opponent whose gap to the best is the measure of ours. */
export const DOUBLE: PeerId = "realmlp_td_s";

export interface PeerScores {
  readonly mean: number;
  readonly deviation?: number | undefined;
  /** Split by split, or seed by seed. */
  readonly scores?: readonly number[] | undefined;
  /** The same of the log loss. */
  readonly logLoss?: readonly number[] | undefined;
}

export interface PeersTable {
  readonly table: string;
  readonly metric: "accuracy" | "r2";
  readonly peers: Readonly<Record<PeerId, PeerScores>>;
}

/** @throws Error if a line is not what is expected */
export function parsePeers(text: string, file: string): PeersTable[] {
  return text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const place = `${file}:${i + 1}`;
    let row: Record<string, unknown>;
    try {
      row = JSON.parse(line);
    } catch {
      throw new Error(`${place} is no JSON. Expected a line of peers.py.`);
    }
    const peers = Object.fromEntries(peerIds.map((id) => [id, peerOf(row, id, place)]));
    const { table, metric } = row as unknown as PeersTable;
    return [{ table, metric, peers: peers as PeersTable["peers"] }];
  });
}

function peerOf(row: Record<string, unknown>, id: PeerId, place: string): PeerScores {
  const mean = row[id];
  if (typeof mean !== "number") {
    throw new Error(
      `${place}: ${id} is ${JSON.stringify(mean)}, expected a number. Write the file by peers.py.`,
    );
  }
  const all = row.all as Record<string, number[]> | undefined;
  const logLoss = row.logloss as Record<string, number[]> | undefined;
  const deviation = row[`${id}_sd`] as number | undefined;
  return { mean, deviation, scores: all?.[id], logLoss: logLoss?.[id] };
}

export const readPeers = (file: string): PeersTable[] => parsePeers(readFileSync(file, "utf8"), file);
