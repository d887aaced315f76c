/** How many members an ensemble has, and over how many folds. */
import { ConfigError } from "../errors.ts";

/** What is asked for. */
export interface AskedSize {
  /** Networks in all. Default: one for each fold; without `cv`, one. */
  readonly members?: number | undefined;
  /** Folds of a cross-validation. Default: 5, but no more than there are members. */
  readonly cv?: number | undefined;
}

export interface EnsembleSize {
  readonly folds: number;
  /** Cross-validations: members over folds. */
  readonly rounds: number;
}

/** Folds where none are said, and there are so many members. */
const FOLDS = 5;

/** Whether several networks are asked for. */
export const isEnsemble = ({ members, cv }: AskedSize): boolean =>
  cv !== undefined || (members !== undefined && members > 1);

/**
 * @param named how errors write the name of an option. Default: as it is
 * @throws ConfigError if there are not as many members for each fold
 */
export function ensembleSize(
  { members, cv }: AskedSize,
  named: (key: keyof AskedSize) => string = String,
): EnsembleSize {
  const folds = cv ?? Math.min(FOLDS, members ?? FOLDS);
  const count = members ?? folds;
  if (count % folds === 0) return { folds, rounds: count / folds };
  const fewer = count - (count % folds);
  const nearest = fewer === 0 ? `${folds}` : `${fewer} or ${fewer + folds}`;
  const whose =
    cv === undefined ? `${folds} folds, unless ${named("cv")} says otherwise,` : `${named("cv")} ${folds}`;
  throw new ConfigError(
    `${named("members")} is ${count}, and each of ${whose} has as many members. Give ${nearest}.`,
  );
}
