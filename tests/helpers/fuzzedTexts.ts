/** Small files of text, and what means something in them, for changing them at random. */
import type { FuzzedFormat } from "./mutations.ts";

const csvFiles = [
  "a,b,c\n1,2,3\n4,5,6\n",
  'name,price,"when it was"\r\n"Smith, John",1.5,2020-01-01\r\n"say ""hi""",-3e5,\r\n',
  "x;y\n1,5;2,25\n3,5;\n",
  "1 2 3\n4 5 6\n7 8 9\n",
  "\ufeffid|größe|Ort\n1|2|München\n2||\u6771\u4eac\n",
  'a,b\n"two\nlines",1\n"",2\n',
  "only\n1\n\n2\n",
  "sep=;\na;a;\n1;2;3\n",
  "a,b,c\r1,2,3,\r4,5,6,\r",
];

const textTokens = [
  "\r\n",
  "\n",
  "\r",
  "\0",
  "\ufeff",
  "\u2028",
  "\ud83d\ude00",
  "é",
  " ",
  "\t",
  "NA",
  "null",
  "1e5",
  "-",
];

const encode = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) => new Uint8Array(Buffer.from(text, "utf16le"));

export const fuzzedCsv: FuzzedFormat = {
  files: () => [
    ...csvFiles.map(encode),
    ...csvFiles.slice(2, 6).map(utf16),
    utf16("\ufeffa,b\n1,é\n"),
    utf16("a,b\n1,2\n").map((_, i, all) => all[i ^ 1]!),
    new Uint8Array(Buffer.from("größe,b\n1,2\n3,4\n", "latin1")),
  ],
  tokens: [...textTokens, ",", ";", "|", '"', '""', '",', ',"', "sep=;", "a,b"],
  name: "a.csv",
};

export const fuzzedTsv: FuzzedFormat = {
  files: () =>
    ["a\tb\n1\t2\n3,5\t\n", 'a\t"b\t"\r\n"1\n"\t2\r\n', "1\t2\t3\n4\t5\t6\n", "\ufeffx\t\u6771\n\t\n"].map(
      encode,
    ),
  tokens: [...textTokens, '"', '""', '"\t', "\t\t"],
  name: "a.tsv",
};

export const fuzzedJsonLines: FuzzedFormat = {
  files: () =>
    [
      '{"a": 1, "b": "x"}\n{"a": 2.5e3, "b": null}\n{"b": "", "c": true}\n',
      '[{"a": 1, "b": "x"},\n {"a": 2, "b": "y"}]',
      '{\n  "a": 1,\n  "b": "\\u00e9\\n\\ud83d\\ude00"\n}\n{\n  "a": -2\n}\n',
      '{"__proto__": 1, "constructor": "x", "": 2, "größe": false}\r\n{}\r\n',
    ].map(encode),
  tokens: [
    ...textTokens,
    ...[
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      '"',
      "\\",
      "\\u",
      "\\ud800",
      '"a":',
      '"__proto__":',
      "true",
      "false",
      "null",
    ],
    ...['{"a":1}', "[[", "{{", "[]", "{}", "//", "1e999"],
  ],
  name: "a.jsonl",
};
