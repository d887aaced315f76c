import { describe, expect, it } from "vitest";
import { shortestFloat32, shortestText } from "../../src/format/shortest.ts";
import { Random } from "../../src/random.ts";

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The float32 of these bits. */
function floatOf(pattern: number): number {
  bits[0] = pattern;
  return float[0]!;
}

describe("shortestFloat32", () => {
  it("writes what a float32 was made from, if it had six digits or fewer", () => {
    for (const text of [
      "0.1",
      "0.9",
      "0.333333",
      "1.5",
      "123.456",
      "-0.25",
      "0.000001",
      "1e-7",
      "1.5e-30",
      "3e+38",
    ]) {
      expect(shortestFloat32(Math.fround(Number(text)))).toBe(text);
    }
  });

  it("writes whole numbers, and what is no number, as they are", () => {
    const values = [0, 1, -3, 16_777_215, Infinity, -Infinity, NaN];
    expect(values.map(shortestFloat32)).toEqual(values.map(String));
    expect(shortestFloat32(2 ** 24)).toBe("16777216");
    expect(shortestFloat32(2 ** 60)).toBe("1152921500000000000");
  });

  it("writes the most digits where fewer would be another float", () => {
    // 0.1 + 1 ulp, and the float32 next to 1/3.
    expect(shortestFloat32(floatOf(0x3dccccce))).toBe("0.10000001");
    expect(shortestFloat32(Math.fround(1 / 3))).toBe("0.33333334");
    expect(shortestFloat32(floatOf(1))).toBe("1e-45");
  });

  it("reads back to the same float32, and no shorter text does, whatever its bits", () => {
    const random = new Random(1, "shortest");
    for (let i = 0; i < 20_000; i++) {
      // Half of them are probabilities.
      const value =
        i % 2 === 0 ? floatOf(random.uint32()) : Math.fround(random.uniform() * 10 ** -random.below(12));
      if (!Number.isFinite(value)) continue;
      const text = shortestFloat32(value);
      expect(Math.fround(Number(text))).toBe(value === 0 ? 0 : value);
      const digits = text.replace(/e.*|[-.]/g, "").replace(/^0+|0+$/g, "").length;
      if (digits > 1) expect(Math.fround(Number(value.toPrecision(digits - 1)))).not.toBe(value);
    }
  });
});

it("writes a double as JavaScript does", () => {
  expect(shortestText("float64")(0.1 + 0.2)).toBe("0.30000000000000004");
  expect(shortestText("float32")(Math.fround(0.1))).toBe("0.1");
});
