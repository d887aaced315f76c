import { describe, expect, it } from "vitest";
import { FileError } from "../../src/errors.ts";
import { decodeMember, encodeMember, type TrainedMember } from "../../src/training/memberFile.ts";

const row = (epoch: number) => ({ epoch, train: { loss: 1 / epoch } }) as never;
const member: TrainedMember = {
  number: 3,
  rows: [row(1), row(2)],
  snapshots: [1, 2].map((epoch) => ({
    epoch,
    tensors: [
      { name: "dense1.weight", shape: [2, 1], data: Float32Array.of(epoch, -0) },
      { name: "dense1.bias", shape: [1], data: Float32Array.of(0.1) },
    ],
    outputs: Float32Array.of(0.5, epoch, 3),
  })),
  steps: 20,
  trainSeconds: 0.25,
};
const expected = { number: 3, epochs: [1, 2], outputs: 3, data: "these" };
const bytes = encodeMember(member, "these");

describe("a member's file", () => {
  it("gives the member back", () => {
    expect(decodeMember(bytes, "m", expected)).toEqual(member);
  });

  it.each([
    ["other data", { data: "those" }, /^m was trained on other data/],
    ["another member", { number: 2 }, /^m is of member 3 .* expected member 2\. Remove it/],
    [
      "other epochs",
      { epochs: [1, 2, 3] },
      /^m is of member 3 with the epochs an array of 2, expected member 3/,
    ],
    ["other rows", { outputs: 4 }, /^m has not the answers after epoch 1\./],
  ])("is refused for %s", (_, others, message) => {
    const read = () => decodeMember(bytes, "m", { ...expected, ...others });
    expect(read).toThrow(FileError);
    expect(read).toThrow(message);
  });

  it("is read, or refused by an error of ours, whatever byte of it is another", () => {
    for (let i = 0; i < bytes.length; i++) {
      for (const flip of [1, 0x20, 0x80]) {
        const other = bytes.slice();
        other[i]! ^= flip;
        try {
          decodeMember(other, "m", expected);
        } catch (error) {
          expect(error).toBeInstanceOf(FileError);
        }
      }
      expect(() => decodeMember(bytes.subarray(0, i), "m", expected)).toThrow(FileError);
    }
  });
});
