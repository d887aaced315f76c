/** The errors of the functions of our own at every float32 there is: in `npm test` it is a slice of them. */
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
