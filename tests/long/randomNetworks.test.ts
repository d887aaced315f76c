/** Gradients of 2,000 random networks of all layers. */
import { expect, it } from "vitest";
import { checkRandomNetwork } from "../helpers/randomNetworks.ts";

it("2,000 random networks have the gradients of central differences", async () => {
  let [compared, kinks, worst] = [0, 0, 0];
  for (let number = 1; number <= 2000; number++) {
    const check = await checkRandomNetwork(number);
    compared += check.compared;
    kinks += check.kinks.length;
    worst = Math.max(worst, check.maxRelativeError);
  }
  console.log(
    `${compared} numbers, ${kinks} left out at kinks, largest relative error ${worst.toExponential(1)}`,
  );
  expect(kinks).toBeLessThan(0.01 * compared);
});
