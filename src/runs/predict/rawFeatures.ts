/** Rows of numbers as features, for a model without preprocessing. */
import { DatasetError } from "../../errors.ts";
import { counted } from "../../format/words.ts";
import type { Cell, TableChunk, TableSource } from "../../tables/table.ts";
import { BLOCK_ROWS, cellsOf, type FeatureSource, NOTHING_COUNTED } from "./features.ts";
import { placesOfKept } from "./tableFeatures.ts";

export interface RawFeatureOptions {
  readonly features: number;
  /** Whether the model was trained on bytes, which stand for v / 255. */
  readonly bytes: boolean;
  readonly keep?: readonly string[] | undefined;
}

/**
 * Columns are taken by their place: all but those that are kept, if they are as many as there are features. If their names are 0,
 * 1, … up to the number of features, in any order, they are taken by name, and others are left out.
 * @throws DatasetError if there are more or fewer; ConfigError if a column that is to be kept is not there
 */
export function rawFeatures(
  source: TableSource,
  { features, bytes, keep = [] }: RawFeatureOptions,
): FeatureSource {
  const { name, columns: names } = source;
  const kept = placesOfKept(source, keep);
  const taken = placesOfFeatures(source, features, new Set(kept));
  const places = new Set(taken);
  return {
    kept: keep,
    ignored: names.filter((_, i) => !places.has(i) && !kept.includes(i)),
    counts: NOTHING_COUNTED,
    async *read(options = {}) {
      const Values = bytes ? Uint8Array : Float64Array;
      const room = new Values(BLOCK_ROWS * features);
      for await (const chunk of source.read(options)) {
        for (let start = 0; start < chunk.rows; start += BLOCK_ROWS) {
          const n = Math.min(BLOCK_ROWS, chunk.rows - start);
          const values = room.subarray(0, n * features);
          for (const [j, number] of taken.entries()) {
            const cells = chunk.columns[number]!;
            for (let i = 0; i < n; i++) {
              const value = numberOf(cells[start + i]);
              const isRight = bytes
                ? Number.isInteger(value) && value >= 0 && value <= 255
                : Number.isFinite(value);
              if (!isRight) throw wrongCell(source, chunk, start + i, number, bytes);
              values[i * features + j] = value;
            }
          }
          yield { count: n, values, kept: kept.map((c) => cellsOf(chunk.columns[c]!, start, start + n)) };
        }
      }
    },
  };

  function wrongCell({ place }: TableSource, chunk: TableChunk, i: number, column: number, asBytes: boolean) {
    const line = chunk.lines?.[i] ?? chunk.first + i + 1;
    const cell = chunk.columns[column]![i];
    const shown =
      cell === undefined || cell === null || cell === "" ? "missing" : JSON.stringify(String(cell));
    return new DatasetError(
      `${name}: ${place} ${line}, column ${JSON.stringify(names[column])}: the cell is ${shown}, expected ${
        asBytes ? "a byte, 0 to 255, as the model was trained on" : "a finite number"
      }. The model has no preprocessing that would know what else it means.`,
    );
  }
}

function numberOf(cell: Cell): number {
  if (typeof cell === "number") return cell;
  if (typeof cell === "bigint" || typeof cell === "boolean") return Number(cell);
  return typeof cell === "string" && /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(cell)
    ? Number(cell)
    : Number.NaN;
}

function placesOfFeatures(
  { name, columns }: TableSource,
  features: number,
  kept: ReadonlySet<number>,
): number[] {
  const byName = new Map(columns.map((each, i) => [each, i]));
  const named = Array.from({ length: Math.min(features, columns.length) }, (_, i) => byName.get(String(i)));
  if (named.length === features && named.every((place) => place !== undefined)) return named as number[];
  const places = columns.map((_, i) => i).filter((i) => !kept.has(i));
  if (places.length === features) return places;
  throw new DatasetError(
    `${name} has ${counted(places.length, "column")}${kept.size > 0 ? " beside those that are kept" : ""}, expected ${features}, ` +
      "as the model has features. It has no preprocessing that would know columns by name: give it the features alone, in their order.",
  );
}
