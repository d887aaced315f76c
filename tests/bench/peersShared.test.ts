import { describe, expect, test } from "vitest";
import {
  initialWeight,
  learningRate,
  makeData,
  onnxModel,
  randomWords,
  standardize,
} from "../../bench/peers/shared/index.ts";

const settings = {
  task: "train",
  widths: [4, 3, 2],
  batchNormalization: true,
  optimizer: "sgd",
  batchSize: 2,
  lambda: 0.005,
  samples: 3,
  etaMax: 0.1,
  stepSize: 1,
  threads: 1,
} as const;

describe("the numbers that all contenders begin with", () => {
  // As programs/common.py prints them, with these settings.
  test("are those of the programs in Python", () => {
    expect([...randomWords(0, 3)]).toEqual([804215951, 1032769583, 779996176]);
    expect([...randomWords(5, 2)]).toEqual([3188578900, 13985205]);
    const { bytes, labels } = makeData(settings);
    expect([...standardize(bytes)].slice(0, 5)).toEqual([
      0.20974212884902954, -0.4803771376609802, 1.508790135383606, -1.0893058776855469, -1.0893058776855469,
    ]);
    expect([...labels]).toEqual([1, 0, 0]);
    expect([...initialWeight(settings, 1)]).toEqual([
      1.154367208480835, 1.1010187864303589, -0.19637110829353333, 1.154171109199524, 0.21744397282600403,
      -0.487003892660141,
    ]);
    expect([0, 1, 2, 3, 4].map((step) => learningRate(step, 2, 0.1))).toEqual([
      1e-5, 0.05000500000000001, 0.1, 0.05000500000000001, 1e-5,
    ]);
  });

  test("weights have He's variance", () => {
    const weight = initialWeight({ ...settings, widths: [3072, 50, 10] }, 0);
    const variance = weight.reduce((sum, w) => sum + w * w, 0) / weight.length;
    expect(variance * 3072).toBeCloseTo(2, 1);
  });
});

type Message = Map<number, (number | Uint8Array)[]>;

/** The fields of a message in protocol buffers' wire format; a float's four bytes stay bytes. */
function decode(bytes: Uint8Array): Message {
  const fields: Message = new Map();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const wire = key & 7;
    let value: number | Uint8Array;
    if (wire === 0) value = varint();
    else {
      const length = wire === 5 ? 4 : varint();
      value = new Uint8Array(bytes.subarray(at, at + length));
      at += length;
    }
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  expect(at).toBe(bytes.length);
  return fields;
}

const messages = (message: Message, field: number) =>
  (message.get(field) ?? []).map((value) => decode(value as Uint8Array));
const texts = (message: Message, field: number) =>
  (message.get(field) ?? []).map((value) => new TextDecoder().decode(value as Uint8Array));

describe("the network as an ONNX file", () => {
  const model = decode(onnxModel(settings));
  const [graph] = messages(model, 7);

  test("has its layers in a row, from x to probabilities", () => {
    expect(model.get(1)).toEqual([8]);
    expect(messages(model, 8).map((opset) => opset.get(2))).toEqual([[15]]);
    const nodes = messages(graph!, 1);
    expect(nodes.flatMap((node) => texts(node, 4))).toEqual([
      "Gemm",
      "Relu",
      "BatchNormalization",
      "Gemm",
      "Softmax",
    ]);
    let from = "x";
    for (const node of nodes) {
      expect(texts(node, 1)[0]).toBe(from);
      from = texts(node, 2)[0]!;
    }
    expect(from).toBe("probabilities");
    const epsilon = messages(nodes[2]!, 5)[0]!;
    expect(texts(epsilon, 1)).toEqual(["epsilon"]);
    const bytes = epsilon.get(2)![0] as Uint8Array;
    expect(new DataView(bytes.buffer).getFloat32(0, true)).toBe(Math.fround(1e-5));
  });

  test("has the weights that all begin with, under the names that the layers use", () => {
    const tensors = new Map(messages(graph!, 5).map((tensor) => [texts(tensor, 8)[0], tensor]));
    const used = messages(graph!, 1).flatMap((node) => texts(node, 1).slice(1));
    expect([...tensors.keys()].sort()).toEqual(used.sort());
    const weight = tensors.get("weight0")!;
    expect(weight.get(1)).toEqual([4, 3]);
    const raw = weight.get(9)![0] as Uint8Array;
    expect(new Float32Array(raw.buffer)).toEqual(initialWeight(settings, 0));
  });

  test("sizes of more than seven bits are written in full", () => {
    const wide = decode(onnxModel({ ...settings, widths: [3072, 300, 10] }));
    const [first] = messages(messages(wide, 7)[0]!, 5);
    expect(first!.get(1)).toEqual([3072, 300]);
    expect((first!.get(9)![0] as Uint8Array).length).toBe(3072 * 300 * 4);
  });
});
