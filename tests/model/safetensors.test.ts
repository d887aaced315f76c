import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError, FileError, ShapeError } from "../../src/errors.ts";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../../src/model/safetensors.ts";
import { Random } from "../../src/random.ts";

const tensor = (name: string, shape: number[], data: number[]): NamedTensor => ({
  name,
  shape,
  data: new Float32Array(data),
});

/** A file with this header, as it stands, and these data bytes. */
function file(header: string | Uint8Array, data: ArrayLike<number> = []): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

/** The error of reading `bytes`, whole, or the tensors' names if there is none. */
function outcome(bytes: Uint8Array): string {
  try {
    return `read: ${[...decodeSafetensors(bytes, "m.safetensors").tensors.keys()].join(", ")}`;
  } catch (error) {
    return String(error);
  }
}

const AGAIN = "Fetch or save the file again.";
const A = '"dtype":"F32","shape":[1],"data_offsets":[0,4]';

describe("encodeSafetensors", () => {
  it("writes the bytes of an example made by hand", () => {
    const bytes = encodeSafetensors([tensor("a", [2], [1, -2])], { by: "me" });
    const header = '{"__metadata__":{"by":"me"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'.padEnd(
      88,
    );
    expect(bytes.length).toBe(8 + 88 + 8);
    expect([...bytes.subarray(0, 8)]).toEqual([88, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(bytes.subarray(8, 96))).toBe(header);
    expect([...bytes.subarray(96)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  it("writes float64 little-endian", () => {
    const bytes = encodeSafetensors([{ name: "x", shape: [], data: new Float64Array([1.5]) }]);
    expect([...bytes.subarray(-8)]).toEqual([0, 0, 0, 0, 0, 0, 0xf8, 0x3f]);
    expect(new TextDecoder().decode(bytes.subarray(8, -8)).trimEnd()).toBe(
      '{"x":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}',
    );
  });

  it("begins the data at a multiple of 8 whatever the header's length", () => {
    for (let length = 0; length < 16; length++) {
      const bytes = encodeSafetensors([tensor("n".repeat(length), [0], [])]);
      expect(bytes.length % 8).toBe(0);
    }
  });

  it("keeps the given order, also of names that look like numbers or need escapes", () => {
    const bytes = encodeSafetensors(["b", "2", "1", "a\\", '\\"'].map((name) => tensor(name, [1], [7])));
    expect([...decodeSafetensors(bytes, "m").tensors.keys()]).toEqual(["b", "2", "1", "a\\", '\\"']);
  });

  it("refuses what cannot be read back", () => {
    const refusals: [() => unknown, typeof ShapeError, string][] = [
      [
        () => encodeSafetensors([tensor("w", [2, 3], [1])]),
        ShapeError,
        'encodeSafetensors: tensor "w" has 1 numbers, its shape is (2, 3).',
      ],
      [
        () => encodeSafetensors([tensor("w", [-1, -1], [1])]),
        ShapeError,
        'encodeSafetensors: tensor "w" has 1 numbers, its shape is (-1, -1).',
      ],
      [
        () => encodeSafetensors([tensor("w", [1], [1]), tensor("w", [1], [2])]),
        ConfigError,
        'encodeSafetensors: two tensors are named "w". Give each its own name.',
      ],
      [
        () => encodeSafetensors([tensor("__metadata__", [1], [1])]),
        ConfigError,
        'encodeSafetensors: a tensor is named "__metadata__", which the format keeps for itself. Rename it.',
      ],
      [
        () => encodeSafetensors([tensor("\ud800", [1], [1])]),
        ConfigError,
        'encodeSafetensors: a tensor is named "\\ud800", which is not valid Unicode. Use another text.',
      ],
      [
        () => encodeSafetensors([], { note: "\udc00" }),
        ConfigError,
        'encodeSafetensors: the metadata holds "\\udc00", which is not valid Unicode. Use another text.',
      ],
      [
        () => encodeSafetensors([], { note: "x".repeat(1e8) }),
        ConfigError,
        "encodeSafetensors: the header would have 100000032 bytes, a file may have 100000000. " +
          "Store fewer tensors, or shorter names and metadata.",
      ],
    ];
    for (const [encode, type, message] of refusals) {
      expect(encode).toThrow(new type(message));
      expect(encode).toThrow(type);
    }
  });
});

describe("decodeSafetensors", () => {
  it("gives back the bits of what was written, for any tensors and metadata", () => {
    const unicode = fc.string({ unit: "grapheme" });
    const anyTensor = fc
      .record({
        name: unicode.filter((name) => name !== "__metadata__"),
        shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
        double: fc.boolean(),
        seed: fc.nat(),
      })
      .map(({ name, shape, double, seed }): NamedTensor => {
        const random = new Random(seed);
        const special = [NaN, Infinity, -Infinity, -0, 5e-324, 1e-45];
        const numbers = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
          random.below(4) === 0 ? special[random.below(special.length)]! : random.normal(),
        );
        return { name, shape, data: double ? new Float64Array(numbers) : new Float32Array(numbers) };
      });
    fc.assert(
      fc.property(
        fc.uniqueArray(anyTensor, { selector: (t) => t.name, maxLength: 5 }),
        fc.dictionary(unicode, unicode),
        fc.nat({ max: 8 }),
        (tensors, metadata, offset) => {
          const bytes = encodeSafetensors(tensors, metadata);
          const unaligned = new Uint8Array(bytes.length + offset).subarray(offset);
          unaligned.set(bytes);
          const content = decodeSafetensors(unaligned, "m");
          expect([...content.tensors.values()]).toEqual(tensors);
          expect(content.metadata).toEqual(new Map(Object.entries(metadata)));
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it("reads a file of another writer: any order, spaces, escapes, holes of no size, unaligned data", () => {
    const header = `{ "b\\u00e9" : {"shape":[2,1], "data_offsets":[4,12],\n"dtype":"F32"},"__metadata__":{},
      "none":{"dtype":"F64","shape":[3,0],"data_offsets":[4,4]},
      "a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}\t `;
    const bytes = file(header, new Uint8Array(new Float32Array([1, 2, 3]).buffer));
    expect(decodeSafetensors(bytes, "m").tensors).toEqual(
      new Map([
        ["bé", { name: "bé", shape: [2, 1], data: new Float32Array([2, 3]) }],
        ["none", { name: "none", shape: [3, 0], data: new Float64Array(0) }],
        ["a", { name: "a", shape: [], data: new Float32Array([1]) }],
      ]),
    );
  });

  it("reads a file that the reference implementation wrote", () => {
    // safetensors 0.8.0 for Python:
    //   save({"b": np.array([[1, 2], [3, 4]], np.float32), "a": np.array([0.1]),
    //         "none": np.zeros((0, 3), np.float32)}, metadata={"x": "y"})
    const bytes = Buffer.from(
      "yAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJ4IjoieSJ9LCJhIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsxXSwiZGF0YV9v" +
        "ZmZzZXRzIjpbMCw4XX0sImIiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsMl0sImRhdGFfb2Zmc2V0cyI6WzgsMjRdfSwi" +
        "bm9uZSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMCwzXSwiZGF0YV9vZmZzZXRzIjpbMjQsMjRdfX0gICAgIJqZmZmZmbk/" +
        "AACAPwAAAEAAAEBAAACAQA==",
      "base64",
    );
    const { tensors, metadata } = decodeSafetensors(bytes, "m");
    expect([...tensors.values()]).toEqual([
      { name: "a", shape: [1], data: new Float64Array([0.1]) },
      { name: "b", shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) },
      { name: "none", shape: [0, 3], data: new Float32Array(0) },
    ]);
    expect(metadata).toEqual(new Map([["x", "y"]]));
    // The same tensors in the same order make the same file.
    expect(Buffer.from(encodeSafetensors(tensors.values(), { x: "y" }))).toEqual(bytes);
  });

  it("copies: the tensors outlive the bytes", () => {
    const bytes = encodeSafetensors([tensor("a", [1], [3])]);
    const { tensors } = decodeSafetensors(bytes, "m");
    bytes.fill(0);
    expect(tensors.get("a")!.data[0]).toBe(3);
  });

  it('takes "__proto__" and "constructor" for names like any other', () => {
    const bytes = encodeSafetensors([tensor("__proto__", [1], [1]), tensor("constructor", [1], [2])]);
    const { tensors, metadata } = decodeSafetensors(bytes, "m");
    expect([...tensors.keys()]).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(tensors.get("__proto__"))).toBe(Object.prototype);
    expect(metadata.size).toBe(0);
    expect(outcome(file('{"__metadata__":{"__proto__":{}}}'))).toBe(
      `FileError: m.safetensors: "__metadata__" has an object under "__proto__", expected a string. ${AGAIN}`,
    );
    expect(outcome(file(`{"a":{${A},"__proto__":{}}}`, [0, 0, 0, 0]))).toBe(
      `FileError: m.safetensors: tensor "a" has the key "__proto__", ` +
        `expected dtype, shape and data_offsets. ${AGAIN}`,
    );
  });

  it("refuses a file whose length and header do not go together", () => {
    const cases: [Uint8Array, string][] = [
      [new Uint8Array(0), "the file has 0 bytes, a safetensors file has at least 10."],
      [new Uint8Array(7), "the file has 7 bytes, a safetensors file has at least 10."],
      [new Uint8Array(8), 'the header is empty, expected "{".'],
      [
        new Uint8Array(20).fill(0xff),
        "the header's length is 18446744073709552000 bytes, at most 100000000 are allowed: " +
          "this is no safetensors file.",
      ],
      [
        new Uint8Array([1, 0xe1, 0xf5, 5, 0, 0, 0, 0, 0x7b]),
        "the header's length is 100000001 bytes, at most 100000000 are allowed: this is no safetensors file.",
      ],
      [
        new Uint8Array([0, 0xe1, 0xf5, 5, 0, 0, 0, 0, 0x7b]),
        "the header's length is 100000000 bytes, 1 are left in the file: it is cut short.",
      ],
      [file("{}").subarray(0, 9), "the header's length is 2 bytes, 1 are left in the file: it is cut short."],
      [file(" {}"), 'the header begins with byte 0x20, expected "{".'],
      [file("\ufeff{}"), 'the header begins with byte 0xef, expected "{".'],
      [file(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])), "the header is not valid UTF-8."],
      [file("{}", [0]), "the tensors end at byte 0 of the data, which has 1."],
    ];
    for (const [bytes, message] of cases) {
      expect(outcome(bytes)).toBe(`FileError: m.safetensors: ${message} ${AGAIN}`);
    }
    expect(outcome(file("{}"))).toBe("read: ");
  });

  it("refuses a header that is no JSON of the format's kind", () => {
    const cases: [string, string][] = [
      ["{", "the header ends at character 1, expected a key."],
      ["{}x", 'the header has "x" at character 2, expected the end of the header.'],
      ["{a:1}", 'the header has "a" at character 1, expected a key.'],
      ['{"a"}', 'the header has "}" at character 4, expected ":".'],
      ['{"a":1,}', 'the header has "}" at character 7, expected a key.'],
      ['{"a":1 "b"}', 'the header has "\\"" at character 7, expected "," or "}".'],
      ['{"a":[1 2]}', 'the header has "2" at character 8, expected "," or "]".'],
      [
        '{"a":null}',
        'the header has "n" at character 5, expected a string, an integer, a list or an object.',
      ],
      ['{"a":{"b":[[]]}}', 'the header has "[" at character 11, expected a string or an integer.'],
      ['{"a":{"b":{"c":{}}}}', 'the header has "{" at character 15, expected a string or an integer.'],
      ['{"a', "the header's string at character 1 has no end."],
      ['{"a\\"', "the header's string at character 1 has no end."],
      ['{"a\\x":1}', "the header's string at character 1 is not valid JSON."],
      ['{"a\n":1}', "the header's string at character 1 is not valid JSON."],
      ['{"\\ud800":1}', "the header's string at character 1 is not valid JSON."],
      ['{"a":1.0}', `the header's number at character 5 is "1.0", expected an integer from 0 to 2^53 − 1.`],
      ['{"a":01}', `the header's number at character 5 is "01", expected an integer from 0 to 2^53 − 1.`],
      [
        '{"a":9007199254740993}',
        `the header's number at character 5 is "9007199254740993", expected an integer from 0 to 2^53 − 1.`,
      ],
      ['{"a":1,"a":2}', 'the header has the key "a" twice.'],
      ['{"a":1,"\\u0061":2}', 'the header has the key "a" twice.'],
      ['{"a":{"dtype":"F32","dtype":"F64"}}', 'the header has the key "dtype" twice.'],
    ];
    for (const [header, message] of cases) {
      expect(outcome(file(header))).toBe(`FileError: m.safetensors: ${message} ${AGAIN}`);
    }
  });

  it("refuses metadata and tensors that are not what they should be", () => {
    const cases: [string, string][] = [
      ['{"__metadata__":[]}', '"__metadata__" is a list, expected an object.'],
      ['{"__metadata__":{"a":1}}', '"__metadata__" has a number under "a", expected a string.'],
      ['{"a":"F32"}', 'tensor "a" is a string, expected an object.'],
      [`{"a":{${A},"extra":1}}`, 'tensor "a" has the key "extra", expected dtype, shape and data_offsets.'],
      ['{"a":{"shape":[1],"data_offsets":[0,4]}}', 'tensor "a" has no dtype, expected F32 or F64.'],
      [
        '{"a":{"dtype":"F32","data_offsets":[0,4]}}',
        'tensor "a" has the shape (missing), expected a list of integers from 0 to 2^53 − 1.',
      ],
      [
        '{"a":{"dtype":"F32","shape":[1,"2"],"data_offsets":[0,4]}}',
        'tensor "a" has the shape [1, a string], expected a list of integers from 0 to 2^53 − 1.',
      ],
      [
        '{"a":{"dtype":"F32","shape":4,"data_offsets":[0,4]}}',
        'tensor "a" has the shape (a number), expected a list of integers from 0 to 2^53 − 1.',
      ],
      [
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4,4,4,4,4,4,4]}}',
        'tensor "a" has the data_offsets [0, 4, 4, 4, 4, 4, 4, 4, …], ' +
          "expected [begin, end] with 0 ≤ begin ≤ end ≤ 8.",
      ],
      [
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}',
        'tensor "a" has the data_offsets [4, 0], expected [begin, end] with 0 ≤ begin ≤ end ≤ 8.',
      ],
      [
        '{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}',
        'tensor "a" has the data_offsets [0, 12], expected [begin, end] with 0 ≤ begin ≤ end ≤ 8.',
      ],
      [
        '{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,4]}}',
        'tensor "a" has 4 bytes, expected 8 for each element of its shape [1].',
      ],
      [
        // 2^31 · 2^31 · 4 = 2^64: to a reader with 64-bit integers, zero bytes.
        '{"a":{"dtype":"F32","shape":[2147483648,2147483648,4],"data_offsets":[0,0]}}',
        'tensor "a" has 0 bytes, expected 4 for each element of its shape [2147483648, 2147483648, 4].',
      ],
      [
        // 2^64 · 0: the product is 0, but what it is made of is not.
        '{"a":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}',
        'tensor "a" has 0 bytes, expected 4 for each element of its shape [4294967296, 4294967296, 0].',
      ],
      [
        `{"a":{${A}},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`,
        'tensor "b" begins at byte 0, expected 4: it overlaps the tensor before it.',
      ],
      [
        '{"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        'tensor "b" begins at byte 4, expected 0: it leaves a hole before it.',
      ],
      [`{"a":{${A}}}`, "the tensors end at byte 4 of the data, which has 8."],
    ];
    for (const [header, message] of cases) {
      expect(outcome(file(header, new Uint8Array(8)))).toBe(`FileError: m.safetensors: ${message} ${AGAIN}`);
    }
  });

  it("refuses types that it cannot read, with the tensor and the type", () => {
    for (const dtype of ["F16", "BF16", "I64", "constructor"]) {
      expect(outcome(file(`{"dense1.weight":{"dtype":"${dtype}","shape":[0],"data_offsets":[0,0]}}`))).toBe(
        `FileError: m.safetensors: tensor "dense1.weight" has dtype "${dtype}", expected F32 or F64. ` +
          "Convert it to F32 and save the file again.",
      );
    }
  });

  it("keeps its messages short when a file's names are long or strange", () => {
    expect(outcome(file(`{"${"n".repeat(1000)}\\u0007":1}`))).toBe(
      `FileError: m.safetensors: tensor "${"n".repeat(60)}…" is a number, expected an object. ${AGAIN}`,
    );
    expect(outcome(file('{"\\u0007":1}'))).toBe(
      `FileError: m.safetensors: tensor "\\u0007" is a number, expected an object. ${AGAIN}`,
    );
  });

  it("takes time in proportion to a hostile header, not to its square", () => {
    const parts = ['"', "\\\\", '\\"', "[", "{", '{"a":', " ", "1", '"a":{},', "é"];
    for (const part of parts) {
      const begin = process.cpuUsage();
      expect(outcome(file(`{"x":${part.repeat(200_000)}`))).toMatch(/^FileError: /);
      expect(outcome(file(`{"${part.repeat(200_000)}":`))).toMatch(/^FileError: /);
      // Of this process, in microseconds: others may take as long as they like.
      expect(process.cpuUsage(begin).user).toBeLessThan(5e6);
    }
  });

  it("either reads 30,000 mutated files or refuses them with a FileError", () => {
    const random = new Random(1, "mutants");
    const good = encodeSafetensors(
      [
        tensor("dense1.weight", [2, 3], [1, 2, 3, 4, 5, 6]),
        { name: "dense1.bias", shape: [3], data: new Float64Array([1, 2, 3]) },
        tensor("none", [0, 7], []),
      ],
      { layers: "3" },
    );
    const tokens = [
      '"',
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "\\",
      "-",
      "9",
      "0",
      "F64",
      "__proto__",
      "1e9",
      "null",
    ].map((token) => new TextEncoder().encode(token));
    let read = 0;
    for (let mutant = 0; mutant < 30_000; mutant++) {
      let bytes = good.slice();
      for (let change = random.below(4); change >= 0; change--) {
        // Mostly in the header, where the rules are.
        const at = random.below(random.below(8) === 0 ? bytes.length : Math.min(220, bytes.length));
        const kind = random.below(5);
        if (kind === 0) bytes[at] = random.below(256);
        else if (kind === 1) bytes[at]! ^= 1 << random.below(8);
        else if (kind === 2)
          bytes.set(tokens[random.below(tokens.length)]!.subarray(0, bytes.length - at), at);
        else if (kind === 3) bytes.copyWithin(at, random.below(bytes.length), random.below(bytes.length));
        else bytes = bytes.slice(0, Math.max(1, at));
      }
      try {
        decodeSafetensors(bytes, "mutant");
        read++;
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
      }
    }
    // Both ends are reached: changed numbers are read, changed headers are not.
    expect(read).toBeGreaterThan(100);
    expect(read).toBeLessThan(29_000);
  });
});

it("writes arrays of another realm for what they are, and no others", () => {
  for (const type of ["Float32Array", "Float64Array"] as const) {
    const data = { Float32Array, Float64Array }[type].of(1, 2, 3);
    const foreign = runInNewContext(`${type}.of(1, 2, 3)`) as typeof data;
    const encoded = encodeSafetensors([{ name: "a", shape: [3], data: foreign }]);
    expect(encoded).toEqual(encodeSafetensors([{ name: "a", shape: [3], data }]));
    expect(decodeSafetensors(encoded, "f").tensors.get("a")!.data).toEqual(data);
  }
  for (const [data, shown] of [
    [[1, 2, 3], "an array of 3"],
    [Int32Array.of(1, 2, 3), "a Int32Array"],
    [undefined, "undefined"],
  ] as const) {
    const wrong = { name: "a", shape: [3], data } as unknown as NamedTensor;
    expect(() => encodeSafetensors([wrong])).toThrow(
      new ShapeError(
        `encodeSafetensors: the data of tensor "a" is ${shown}, expected a Float32Array or a Float64Array.`,
      ),
    );
  }
});
