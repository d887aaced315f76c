/** The unit of the targets, from a preprocessing or its description. */

/**
 * What standardised targets were divided by, for each output: the option `scale` of RmseMetrics and MaeMetrics.
 * @param preprocessing a preprocessing, or its description, of any kind
 * @returns undefined where targets are no numbers, or there is no preprocessing
 */
export function scaleOfTargets(preprocessing: object | undefined): readonly number[] | undefined {
  const { target } = (preprocessing ?? {}) as { readonly target?: { readonly std?: readonly number[] } };
  return target?.std;
}
