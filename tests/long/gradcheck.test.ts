/** The gradient check at full length. Run alone by `npm run test:gradcheck`, which prints each network's largest error. */
import { describe, it } from "vitest";
import { CASES, expectGradients, type Setting } from "../helpers/gradientChecks.ts";

const SETTINGS = [2, 8, 32].flatMap((samples): Setting[] => [
  [samples, 1, 0.005],
  [samples, 2, 0],
  [samples, 3, 0.1],
]);

describe("analytic gradients equal numerical ones", () => {
  for (const each of CASES)
    it(`${each.title}: 2, 8 and 32 samples, λ 0, 0.005 and 0.1, three seeds`, () =>
      expectGradients(each, SETTINGS));
});
