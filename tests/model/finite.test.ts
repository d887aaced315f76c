import { expect, it } from "vitest";
import { allFinite } from "../../src/model/finite.ts";

it.each([Float32Array, Float64Array])("finds what is infinite or NaN, anywhere in a %o", (type) => {
  const { MAX_VALUE, MIN_VALUE } = Number;
  const usual = [0, -0, 1, -1, 3e38, -3e38, 1e-45, type === Float64Array ? MAX_VALUE : 1, MIN_VALUE];
  expect(allFinite(new type(0))).toBe(true);
  expect(allFinite(type.from(usual))).toBe(true);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (let at = 0; at < usual.length; at++) expect(allFinite(type.from(usual.with(at, bad)))).toBe(false);
  }
  expect(allFinite(type.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY))).toBe(false);
});
