/** Gradients of 2,000 random networks of all layers and losses. */
import { expect, it } from "vitest";
import { checkRandomNetwork } from "../helpers/randomNetworks.ts";

it("2,000 random networks have the gradients of central differences", async () => {
  let [compared, kinks, worst, narrowed] = [0, 0, 0, 0];
  const tasks = new Map<string, number>();
  const wrong: string[] = [];
  for (let number = 1; number <= 2000; number++) {
    const check = await checkRandomNetwork(number).catch((error: Error) => {
      wrong.push(error.message);
    });
    if (check === undefined) continue;
    compared += check.compared;
    kinks += check.kinks.length;
    worst = Math.max(worst, check.maxRelativeError);
    if (check.h < 1e-5) narrowed++;
    const [loss] = check.task.split(", ");
    tasks.set(loss!, (tasks.get(loss!) ?? 0) + 1);
  }
  console.log(
    `${compared} numbers, ${kinks} left out at kinks, largest relative error ${worst.toExponential(1)}, ` +
      `${narrowed} networks by a smaller step; ` +
      [...tasks].map(([loss, count]) => `${loss} ${count}`).join(", "),
  );
  expect(wrong).toEqual([]);
  expect(narrowed).toBeLessThan(20);
  expect(kinks).toBeLessThan(0.01 * compared);
});
