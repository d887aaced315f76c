/** The unit of the targets, from a preprocessing or its description. */

/**
 * What standardised targets were divided by, for each output: the option `scale` of RmseMetrics and MaeMetrics.
 * @param preprocessing a preprocessing, or its description, of any kind
 * @returns undefined where targets are no numbers, or there is no preprocessing
 */
export const scaleOfTargets = (preprocessing: object | undefined): readonly number[] | undefined =>
  unitOfTargets(preprocessing).std;

/** What was subtracted from standardised targets, too. */
export function unitOfTargets(preprocessing: object | undefined): {
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
} {
  const { target } = (preprocessing ?? {}) as {
    readonly target?: { readonly mean?: readonly number[]; readonly std?: readonly number[] };
  };
  return { mean: target?.mean, std: target?.std };
}
