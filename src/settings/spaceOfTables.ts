/** The space of a search on a table where none is given: around the settings of the preset. */
import type { ResolvedSettings, TrainSettings } from "./settings.ts";
import { shownName } from "./space.ts";

/**
 * What may be worth its trials on a table: units and layers, activation, dropout, decay, learning rate, rows in an update. A setting
 * that is given stays as it is. Each range has the value of the settings in it, from which the search starts.
 * @returns as `--space` takes it
 */
export function spaceOfTable(settings: ResolvedSettings, given: Partial<TrainSettings>): string[] {
  const { layers, activation, dropout, weightDecay = 0, etaMax, etaMin, batch } = settings;
  const units = Math.max(1, ...layers);
  const entries = {
    layers: choices([
      layers,
      [],
      ...[1, 2, 3].map((count) => new Array<number>(count).fill(units)),
      ...[2, 3].map((count) => new Array<number>(count).fill(2 * units)),
    ]),
    activation: choices([activation, "relu", "selu", "mish"]),
    dropout: `0:${Math.max(0.5, dropout)}`,
    weightDecay: weightDecay === 0 ? undefined : around(weightDecay, { below: 10, above: 10 }),
    etaMax: around(etaMax, { below: 4, above: 2, least: etaMin }),
    batch: choices([batch, Math.ceil(batch / 2), Math.ceil(batch / 4)]),
  };
  return Object.entries(entries).flatMap(([key, values]) =>
    values === undefined || given[key as keyof typeof entries] !== undefined
      ? []
      : [`${shownName(key)}=${values}`],
  );
}

const choices = (values: readonly (string | number | readonly number[])[]): string =>
  [
    ...new Set(values.map((value) => (Array.isArray(value) && value.length === 0 ? "none" : `${value}`))),
  ].join("|");

/** A range in its logarithm, by factors to both sides. */
function around(
  value: number,
  { below, above, least = 0 }: { readonly below: number; readonly above: number; readonly least?: number },
): string {
  const rounded = (bound: number) => Number(bound.toPrecision(3));
  return `log:${Math.max(least, rounded(value / below))}:${rounded(value * above)}`;
}
