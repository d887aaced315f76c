/** Unpacking gzip's format in pages, held against Node's zlib. */
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { gunzip as inPages } from "../../src/files/gunzip.browser.ts";
import { gunzip as inNode } from "../../src/files/gunzip.ts";
import { damageOf } from "../../src/files/gzip.ts";
import { Random } from "../../src/random.ts";

async function* inChunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What the bytes unpack to, or what is wrong with them. */
async function unpacked(gunzip: typeof inNode, bytes: Uint8Array, size = 1 << 16) {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of gunzip(inChunks(bytes, size))) pieces.push(piece);
  } catch (error) {
    const damage = damageOf(error);
    if (damage === undefined) throw error;
    return damage;
  }
  return Buffer.concat(pieces);
}

const random = new Random(7, "gzip");
const noise = Uint8Array.from({ length: 50_000 }, () => random.below(256));
const text = Buffer.from("rooms,city\n3,Bern\n".repeat(9000));
const contents = {
  nothing: Buffer.alloc(0),
  "a byte": Buffer.of(7),
  noise,
  text,
  zeros: Buffer.alloc(3_000_000),
};

describe.each(Object.entries(contents))("gunzip of %s", (_, content) => {
  const packed = gzipSync(content);

  it.each([1, 7, 4096, 1 << 16])("has the same bytes, in chunks of %d", async (size) => {
    if (packed.length / size > 20_000) return;
    expect(Buffer.compare((await unpacked(inPages, packed, size)) as Buffer, content as Buffer)).toBe(0);
  });

  it("takes several members, and leaves out zeros behind the last, but nothing else", async () => {
    const two = Buffer.concat([packed, gzipSync("more"), packed]);
    const expected = Buffer.concat([content, Buffer.from("more"), content]);
    for (const rest of ["", "\0", "\0\0\0\0\0\0", "\0".repeat(600), "\0 and more"]) {
      const bytes = Buffer.concat([two, Buffer.from(rest)]);
      expect(Buffer.compare((await unpacked(inPages, bytes)) as Buffer, expected), rest).toBe(0);
      expect(Buffer.compare((await unpacked(inNode, bytes)) as Buffer, expected), rest).toBe(0);
    }
    // Behind a member of nothing, whose trailer is zeros, all bytes could be padding.
    for (const gunzip of content.length === 0 ? [inNode] : [inNode, inPages]) {
      const found = await unpacked(gunzip, Buffer.concat([two, Buffer.from("junk")]));
      expect(found).toBe("it is damaged (incorrect header check)");
    }
  });

  it("says so if it is cut short, and for certain if that is in its header or its trailer", async () => {
    const { length } = packed;
    const places = [3, 9, length >> 1, length - 9, length - 8, length - 5, length - 2].filter(
      (place) => place > 2,
    );
    for (const place of places) {
      expect(await unpacked(inNode, packed.subarray(0, place)), `${place}`).toBe("it is cut short");
      const found = await unpacked(inPages, packed.subarray(0, place));
      // What fflate has taken to its last bit, it does not know to go on.
      const isData = place > 10 && place <= length - 8;
      expect(found, `${place}`).toMatch(isData ? /^it is (cut short|damaged)/ : /^it is cut short$/);
    }
  });
});

describe("gunzip of damaged bytes", () => {
  const changed = (at: number, by: number) => {
    const bytes = Buffer.from(gzipSync(text));
    bytes[at < 0 ? bytes.length + at : at]! ^= by;
    return bytes;
  };

  it.each([
    ["no gzip", Buffer.from("rooms,city\n"), "it is damaged (incorrect header check)"],
    ["another check sum", changed(-8, 1), "it is damaged (incorrect data check)"],
    ["another length", changed(-1, 1), /^it is damaged \(incorrect (length|data) check\)$/],
  ])("with %s is refused", async (_, bytes, problem) => {
    for (const gunzip of [inNode, inPages]) expect(await unpacked(gunzip, bytes)).toMatch(problem);
  });

  it("never gives other bytes than were packed, whichever byte is changed", async () => {
    const whole = gzipSync(text);
    for (let at = 10; at < whole.length; at += 3) {
      const bytes = changed(at, 1 + random.below(255));
      const found = await unpacked(inPages, bytes);
      if (typeof found !== "string") expect(Buffer.compare(found, gunzipSync(whole))).toBe(0);
    }
  });

  it("with nothing in it is cut short", async () => {
    for (const gunzip of [inNode, inPages])
      expect(await unpacked(gunzip, new Uint8Array(0))).toBe("it is cut short");
  });
});
