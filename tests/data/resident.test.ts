import { describe, expect, it } from "vitest";
import { createSharedMemory, sharedBackend } from "../../src/backend/index.ts";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { type ResidentLayout, residentBytes, residentSamples } from "../../src/data/resident.ts";
import type { ModelOptions } from "../../src/model/model.ts";
import { Random } from "../../src/random.ts";
import { clusters, network } from "../helpers/samples.ts";

const FEATURES = 12;

/** The same samples in a shared memory, from the first free byte on. */
async function placed(samples: Samples): Promise<{ memory: WebAssembly.Memory; resident: Samples }> {
  const { count, features, classes, elementType } = samples;
  const sizes = { count, features, classes, elementType };
  const { memory, base } = createSharedMemory(residentBytes({ base: 0, ...sizes }));
  const resident = residentSamples(memory, { base, ...sizes });
  const { values, labels } = resident.residence!;
  await samples.read({ values: values.data, labels: labels.data });
  return { memory, resident };
}

/** As float32: another way to store the same kind of data. */
function floats(count: number): Samples {
  const random = new Random(3, "floats");
  const values = Float32Array.from({ length: count * FEATURES }, () => random.normal());
  return samplesFromArrays({ values, labels: labelsOf(count), features: FEATURES });
}

const labelsOf = (count: number) => Uint8Array.from({ length: count }, (_, i) => i % 4);
const rows = (from: number, to: number) =>
  Uint32Array.from({ length: to - from }, (_, i) => (7 * (from + i)) % to);

/** Trains on one part of the samples, looks at another. */
async function trained(samples: Samples, engine?: ModelOptions["engine"]) {
  const model = network({ batchNormalization: "after" }, engine === undefined ? {} : { engine });
  const [train, validation] = [samples.select(rows(10, 120)), samples.select(rows(0, 10))];
  const { rows: epochs } = await model.fit(train, { epochs: 3, batchSize: 16, validation });
  const numbers = epochs.map(({ train, validation }) => ({ train, validation }));
  return { hash: await model.weightsSha256(), numbers, all: await model.evaluate(samples) };
}

describe("resident samples", () => {
  it.each([
    ["bytes", clusters(120)],
    ["float32", floats(120)],
  ])("of %s train where they are, to the same bits as read ones", async (_kind, samples) => {
    const { memory, resident } = await placed(samples);
    const before = memory.buffer.byteLength;
    const backend = sharedBackend(memory);
    const here = await trained(resident, backend);
    expect(here).toEqual(await trained(samples));
    // A second model takes the first one's room, whatever it left there.
    const grown = memory.buffer.byteLength;
    expect(grown).toBeGreaterThan(before);
    backend.reset();
    expect(await trained(resident, backend)).toEqual(here);
    expect(memory.buffer.byteLength).toBe(grown);
  });

  it("are read like others by a model that computes elsewhere", async () => {
    const samples = clusters(120);
    const { resident } = await placed(samples);
    expect(await trained(resident)).toEqual(await trained(samples));
  });

  it("are planned without their bytes: a model beside them needs the same however many there are", async () => {
    const grownBy = async (count: number) => {
      const { memory, resident } = await placed(clusters(count));
      const before = memory.buffer.byteLength;
      await network({}, { engine: sharedBackend(memory) }).fit(resident, { epochs: 1, batchSize: 16 });
      return memory.buffer.byteLength - before;
    };
    expect(await grownBy(20_000)).toBeLessThan((await grownBy(20)) + 200_000);
  });

  it("refuse rows that are not there", async () => {
    const { resident } = await placed(clusters(20));
    expect(() => resident.select(Uint32Array.of(3, 20))).toThrow(
      "select: rows[1] is 20, expected less than 20, the number of samples.",
    );
  });

  it("say what bytes they take: values and labels, each from a cache line on", () => {
    const layout: ResidentLayout = { base: 0, count: 3, features: 5, classes: 2, elementType: "float32" };
    expect(residentBytes(layout)).toBe(64 + 64);
    expect(residentBytes({ ...layout, count: 100 })).toBe(2048 + 128);
  });
});
