/**
 * The errors of the functions of our own at every float32 there is: in `npm test` it is a slice of them. It takes about 40
 * minutes of one core. The worst, in ulps: exp 1.025, expm1 1.763, log and log1p 0.858, softplus 1.636, gelu 4.728, mish
 * 4.702, selu 1.740, sigmoid 2.402, silu 3.194, tanh 2.424; of a derivative 9.8e-7, silu's.
 */
import { expect, it } from "vitest";
import { bounds, SLOPE, worstErrors } from "../helpers/float32Errors.ts";

it("every float32: errors are within their bounds", async () => {
  const worst = await worstErrors(1);
  for (const [name, { ulps, at, slope, slopeAt }] of Object.entries(worst)) {
    console.log(
      `${name}: ${ulps.toFixed(3)} ulp at ${at}; its derivative ${slope.toExponential(2)} at ${slopeAt}`,
    );
    expect(ulps, `${name} at ${at}`).toBeLessThan(bounds[name]!.ulps);
    expect(slope, `the derivative of ${name} at ${slopeAt}`).toBeLessThan(SLOPE);
  }
});
