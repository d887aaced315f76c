import { createHash } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sha256, sha256AtOnce } from "../src/sha256.ts";

afterEach(() => void vi.unstubAllGlobals());

describe.each([
  ["with the runtime's own", undefined],
  ["on a page that has no `subtle`", {}],
  ["where there is no cryptography", "nothing"],
] as const)("SHA-256 %s", (_, crypto) => {
  it("is Node's, on both sides of whole blocks", async () => {
    if (crypto !== undefined) vi.stubGlobal("crypto", crypto === "nothing" ? undefined : crypto);
    for (const length of [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 1000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 151 + 7) % 256);
      expect(await sha256(bytes), String(length)).toBe(createHash("sha256").update(bytes).digest("hex"));
    }
  });

  it("is the standard's own example", async () => {
    if (crypto !== undefined) vi.stubGlobal("crypto", crypto === "nothing" ? undefined : crypto);
    const abc = Uint8Array.from([0x61, 0x62, 0x63]);
    expect(await sha256(abc)).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});

it("at once, from parts, is the hash of what they are together", () => {
  const whole = Uint8Array.from({ length: 1000 }, (_, i) => (i * 151 + 7) % 256);
  const expected = createHash("sha256").update(whole).digest("hex");
  for (const cuts of [[], [0], [1], [63, 64], [64, 128], [3, 67, 67, 500, 999], [1000]]) {
    const ends = [0, ...cuts, 1000];
    const parts = ends.slice(1).map((end, i) => whole.subarray(ends[i], end));
    expect(sha256AtOnce(parts), String(cuts)).toBe(expected);
  }
});
