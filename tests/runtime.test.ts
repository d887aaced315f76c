/** What stands in for what a runtime lacks is the same. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { decodeUtf8, encodeUtf8, fromBase64, now, otherWork } from "../src/runtime.ts";

afterEach(() => void vi.unstubAllGlobals());

/** The runtime as it is, and one that lacks these globals. */
const runtimes = (...missing: readonly string[]) => [
  { name: "as it is", take: () => {} },
  {
    name: `without ${missing.join(", ")}`,
    take: () => {
      for (const name of missing) vi.stubGlobal(name, undefined);
    },
  },
];

describe.each(runtimes("TextEncoder", "TextDecoder"))("texts in a runtime $name", ({ take }) => {
  it.each(["", "weight", "é", "€ 100%", "𝛾", "a\u0000b", "\ufeffbyte-order mark"])("keep %j", (text) => {
    const bytes = Uint8Array.from(Buffer.from(text, "utf8"));
    take();
    expect(encodeUtf8(text)).toEqual(bytes);
    expect(decodeUtf8(bytes)).toBe(text);
  });

  it.each([
    ["a byte that continues nothing", [0x80]],
    ["a character cut short", [0xe2, 0x82]],
    ["a longer form than needed", [0xc0, 0x80]],
    ["half of a surrogate pair", [0xed, 0xa0, 0x80]],
    ["what is beyond Unicode", [0xf4, 0x90, 0x80, 0x80]],
  ])("refuse %s", (_, bytes) => {
    take();
    expect(() => decodeUtf8(Uint8Array.from(bytes))).toThrow();
  });
});

describe.each(runtimes("atob"))("base64 in a runtime $name", ({ take }) => {
  it("gives the bytes, with and without padding", () => {
    take();
    for (const length of [0, 1, 2, 3, 4, 5, 256]) {
      const bytes = Uint8Array.from({ length }, (_, i) => 255 - i);
      expect(fromBase64(Buffer.from(bytes).toString("base64"))).toEqual(bytes);
    }
  });
});

describe.each([
  ...runtimes("performance", "setImmediate"),
  ...runtimes("performance", "setImmediate", "MessageChannel").slice(1),
  ...runtimes("performance", "setImmediate", "MessageChannel", "setTimeout").slice(1),
])("time in a runtime $name", ({ take }) => {
  it("goes on, and others get their turn", async () => {
    take();
    const begin = now();
    await otherWork();
    expect(now()).toBeGreaterThanOrEqual(begin);
  });
});
