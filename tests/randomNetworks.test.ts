/** Gradients of random networks of all layers; tests/long has thousands. */
import { expect, it } from "vitest";
import { layers } from "../src/layers/index.ts";
import { checkRandomNetwork } from "./helpers/randomNetworks.ts";

it("60 random networks have the gradients of central differences, and all kinds of layers are among them", async () => {
  const kinds = new Set<string>();
  let compared = 0;
  let kinks = 0;
  for (let number = 1; number <= 60; number++) {
    const check = await checkRandomNetwork(number);
    for (const kind of check.title.split(" ")) kinds.add(kind);
    compared += check.compared;
    kinks += check.kinks.length;
  }
  expect([...kinds].sort()).toEqual(Object.keys(layers).sort());
  expect(kinks).toBeLessThan(0.01 * compared);
});
