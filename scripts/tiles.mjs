// Writes the register tiles of the matrix product, assembly/tiles.generated.ts.
//
// A tile keeps `rows` × `vectors` sums of C in registers. It adds to them the products of a panel of A and a panel of B, one
// k after the other. Its speed comes from the order of its instructions. V8 keeps that order from one basic block to the next,
// but within a block it moves all loads above all arithmetic, and spills what does not fit into 15 registers beside the sums.
//
// So the loop is unrolled, and each step is cut into stages by branches that are never taken. Such a branch is a compare and a
// jump, one instruction for the processor. A stage loads two or three operands and uses them. V8 would remove a branch whose
// condition an earlier one has decided, so each compares k with another number. The result is twenty lines, eight times over,
// for five tiles: hence a script.
//
// Three stages reach 90% of the processor's peak, where a loop that is not unrolled reaches 74%. bench/NOTES.md has the trials.

/**
 * The tiles, widest first, with the operands that a step loads, stage by stage. a0 … are broadcasts of A's rows, b0 … vectors of B.
 * A full tile is used only where all of its columns exist. A's pointers move at every step, or once in `stride` steps: V8 needs
 * a register for each offset of a broadcast.
 */
export const tiles = [
  { rows: 2, vectors: 5, full: true, unroll: 8, stride: 2, stages: ["b0 a0 a1", "b1 b2", "b3 b4"] },
  { rows: 2, vectors: 4, unroll: 8, stages: ["a0 b0 b1", "b2 b3 a1"] },
  { rows: 2, vectors: 3, unroll: 8, stages: ["b0 a0 a1", "b1 b2"] },
  { rows: 4, vectors: 2, unroll: 4, stages: ["b0 b1 a0 a1", "a2 a3"] },
  { rows: 6, vectors: 1, unroll: 4, stages: ["b0 a0 a1 a2 a3 a4 a5"] },
];

/**
 * The tiles for small matrices, which are not packed (see assembly/matmul/direct.ts). Their pointers move by the matrices'
 * strides. Unrolled by 8 they would be up to 3% faster, but twice as much code.
 */
export const directTiles = [
  { rows: 2, vectors: 5, unroll: 4, stages: ["b0 a0 a1", "b1 b2", "b3 b4"] },
  { rows: 2, vectors: 4, unroll: 4, stages: ["a0 b0 b1", "b2 b3 a1"] },
  { rows: 2, vectors: 3, unroll: 4, stages: ["b0 a0 a1", "b1 b2"] },
  { rows: 2, vectors: 2, unroll: 4, stages: ["b0 b1 a0 a1"] },
  { rows: 2, vectors: 1, unroll: 4, stages: ["b0 a0 a1"] },
];

const range = (n) => Array.from({ length: n }, (_, i) => i);

/** How a step of the packed tiles gets an operand. */
function packedOperand(operand, at) {
  const index = Number(operand.slice(1));
  if (operand[0] === "b") {
    const offset = 16 * (at.vectors * at.step + index);
    return [`const ${operand}${at.name} = v128.load(b${offset > 0 ? `, ${offset}` : ""});`];
  }
  const phase = at.step % at.stride;
  const [second, pointer] = [index & 1, `p${index >> 1}`];
  const offset = 2 * phase + second;
  const load = `const ${operand}${at.name} = v128.load_splat<T>(${pointer}${offset > 0 ? `, ${offset} * sizeof<T>()` : ""});`;
  // The pointer moves at once. Moving it after the products costs 12%.
  return second && phase === at.stride - 1 ? [load, `${pointer} += ${2 * at.stride} * sizeof<T>();`] : [load];
}

/** How a step of the direct tiles gets an operand. */
function directOperand(operand, at) {
  const index = Number(operand.slice(1));
  const load = (how, pointer) => `const ${operand}${at.name} = v128.${how}(${pointer});`;
  if (operand[0] === "a") return [load("load_splat<T>", `p${index}`), `p${index} += aColumn;`];
  if (index < at.vectors - 1) return [load("load", index > 0 ? `b, ${16 * index}` : "b")];
  return index === 0
    ? [load("load", "b"), "b += bRow;"]
    : [load("load", "bLast"), "b += bRow;", "bLast += bRow;"];
}

/** The lines of one k: its stages with a branch between them, and with one before the first if `cut`. */
function step({ rows, stages }, load, at, cut, label) {
  const lines = [];
  const there = new Set();
  const used = new Set();
  for (const [i, stage] of stages.entries()) {
    if (i > 0 || cut) lines.push(`if (k == -${label()}) break;`);
    for (const operand of stage.split(" ")) {
      lines.push(...load(operand, at));
      there.add(operand);
    }
    for (const vector of range(at.vectors))
      for (const row of range(rows)) {
        const product = `a${row}${at.name}, b${vector}${at.name}`;
        if (used.has(product) || !there.has(`a${row}`) || !there.has(`b${vector}`)) continue;
        used.add(product);
        lines.push(`c${row}${vector} = v128.add<T>(c${row}${vector}, v128.mul<T>(${product}));`);
      }
  }
  return lines;
}

function tile(shape) {
  const { rows, vectors, unroll, stride = 1 } = shape;
  let labels = 0;
  const label = () => ++labels;
  const sums = range(rows).flatMap((row) => range(vectors).map((vector) => [row, vector]));
  const turn = range(unroll).flatMap((i) =>
    step(shape, packedOperand, { name: `_${i}`, step: i, stride, vectors }, i > 0, label),
  );
  const single = step(shape, packedOperand, { name: "", step: 0, stride: 1, vectors }, false, label);
  const eachRow = (line) =>
    range(rows).flatMap((row) => {
      const lines = range(vectors).map((vector) => line(row, vector));
      return row === 0 ? lines : [`if (rows > ${row}) {`, ...lines.map((text) => `  ${text}`), "}"];
    });
  const address = (row, vector) =>
    ["c", row > 0 && (row > 1 ? `${row} * cStride` : "cStride"), vector > 0 && 16 * vector]
      .filter(Boolean)
      .join(" + ");
  const left = (vector) => (vector > 0 ? `columns - ${vector} * l` : "columns");
  const take = (row, vector) => {
    const from = address(row, vector);
    return shape.full ? `v128.load(${from})` : `take<T>(${from}, ${left(vector)})`;
  };
  const put = (row, vector) => {
    const [to, sum] = [address(row, vector), `c${row}${vector}`];
    return shape.full ? `v128.store(${to}, ${sum});` : `put<T>(${to}, ${sum}, ${left(vector)});`;
  };
  const body = [
    ...(shape.full ? [] : ["const l = lanes<T>();"]),
    ...sums.map(([row, vector]) => `let c${row}${vector} = v128.splat<T>(<T>0);`),
    "if (add) {",
    ...eachRow((row, vector) => `c${row}${vector} = ${take(row, vector)};`).map((line) => `  ${line}`),
    "}",
    "let p0 = a;",
    // A pair that does not exist reads the first one instead, and its sums are dropped.
    ...range(rows / 2)
      .slice(1)
      .map((pair) => `let p${pair} = rows > ${2 * pair} ? a + ${pair} * pair : a;`),
    `const end = b + <usize>k * ${16 * vectors};`,
    `const turns = b + <usize>(k & -${unroll}) * ${16 * vectors};`,
    "while (b != turns) {",
    ...turn.map((line) => `  ${line}`),
    `  b += ${16 * vectors * unroll};`,
    "}",
    "while (b != end) {",
    ...single.map((line) => `  ${line}`),
    `  b += ${16 * vectors};`,
    "}",
    ...eachRow(put),
  ];
  return `/** ${rows} rows × ${vectors} vectors: C (if add, else 0) plus A · B. a: pairs [k][2], a pair bytes apart; b: [k][vectors]. */
export function tile${rows}x${vectors}<T>(
  c: usize,
  cStride: usize,
  a: usize,
  pair: usize,
  b: usize,
  k: i32,
  add: bool,
  rows: i32,
  columns: i32,
): void {
${body.map((line) => `  ${line}\n`).join("")}}
`;
}

function directTile({ vectors, unroll, ...shape }) {
  let labels = 0;
  const label = () => ++labels;
  const steps = (count) =>
    range(count).flatMap((i) => step(shape, directOperand, { name: `_${i}`, vectors }, i > 0, label));
  const isLast = (vector) => vector > 0 && vector === vectors - 1;
  const offset = (vector) => (isLast(vector) ? " + last" : vector > 0 ? ` + ${16 * vector}` : "");
  const eachSum = (line) =>
    range(2).flatMap((row) => range(vectors).map((vector) => line(`c${row}${vector}`, vector)));
  const put = (row) => range(vectors).map((vector) => `v128.store(c${offset(vector)}, c${row}${vector});`);
  const body = [
    ...eachSum((sum) => `let ${sum} = v128.splat<T>(<T>0);`),
    "let p0 = a;",
    // A row that does not exist reads the first one instead, and its sums are dropped.
    "let p1 = rows > 1 ? a + aRow : a;",
    ...(vectors > 1 ? ["let bLast = b + last;"] : []),
    "const end = b + <usize>k * bRow;",
    `const turns = b + <usize>(k & -${unroll}) * bRow;`,
    "while (b != turns) {",
    ...steps(unroll).map((line) => `  ${line}`),
    "}",
    "while (b != end) {",
    ...steps(1).map((line) => `  ${line}`),
    "}",
    "if (bias) {",
    ...range(vectors).map((vector) => `  const bias${vector} = v128.load(bias${offset(vector)});`),
    ...eachSum((sum, vector) => `  ${sum} = v128.add<T>(${sum}, bias${vector});`),
    "}",
    "if (rectify) {",
    ...eachSum((sum) => `  ${sum} = rectified<T>(${sum});`),
    "}",
    ...put(0),
    "if (rows > 1) {",
    "  c += cRow;",
    ...put(1).map((line) => `  ${line}`),
    "}",
  ];
  return `/**
 * 2 rows × ${vectors} vectors: C = A · B + bias (or 0), rectified if asked. Strides in bytes; the last vector begins \`last\`
 * bytes behind the first.
 */
export function direct2x${vectors}<T>(
  c: usize,
  cRow: usize,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bRow: usize,
  k: i32,
  rows: i32,
  last: usize,
  bias: usize,
  rectify: bool,
): void {
${body.map((line) => `  ${line}\n`).join("")}}
`;
}

/**
 * Sums over lists of samples: 8 vectors of features, and 2 list entries a turn, as one entry is 12% slower. The branches ask
 * whether a list's end, an address, is a small number, which it never is. The loop over units is inside the function, as a
 * call for each unit costs 2%.
 */
function sumLists() {
  const vectors = range(8);
  let labels = 0;
  const entry = (name, isFirst) => [
    ...(isFirst ? [] : [`if (end == ${++labels}) break;`]),
    `const x${name} = strip + load<u32>(list, 4);`,
    `const dy${name} = v128.load32_splat(list);`,
    "list += 8;",
    ...vectors.flatMap((v) => [
      ...(v === 4 ? [`if (end == ${++labels}) break;`] : []),
      `c${v} = f32x4.add(c${v}, f32x4.mul(dy${name}, v128.load(x${name}, ${16 * v})));`,
    ]),
  ];
  const body = [
    "for (let u = 0; u < units; u++) {",
    "  let list = lists;",
    "  const end = list + load<u32>(lengths);",
    ...vectors.map((v) => `  let c${v} = v128.splat<f32>(0);`),
    "  if (add) {",
    ...vectors.map((v) => `    c${v} = v128.load(to, ${16 * v});`),
    "  }",
    "  while (list != end) {",
    ...range(2).flatMap((i) => entry(`_${i}`, i === 0).map((line) => `    ${line}`)),
    "  }",
    ...vectors.map((v) => `  v128.store(to, c${v}, ${16 * v});`),
    "  to += 128;",
    "  lists = end;",
    "  lengths += 4;",
    "}",
    "return lists;",
  ];
  return `/**
 * to (units, 32 features) = Σ dy · x over each unit's list of (dy f32, offset of x in the strip u32), plus \`to\` if add.
 * One list follows the other; their lengths, u32 in bytes, are multiples of 16. Returns where the last one ends.
 */
export function sumLists(
  to: usize,
  strip: usize,
  lists: usize,
  lengths: usize,
  units: i32,
  add: bool,
): usize {
${body.map((line) => `  ${line}\n`).join("")}}
`;
}

/**
 * The tiles for engines that widen pairs of vectors to 256 bits (V8 with --experimental-wasm-revectorize). V8 starts from two stores
 * to neighbouring vectors in one basic block, and goes back through sums, products, loads of neighbours, splats and the phis of a
 * loop. A branch or another store in between stops it. So there are no stages here, and everything is full. Four rows of four
 * vectors are eight sums of 256 bits, and run at 75 to 80% of the peak; five rows at 70%, 4 × 2 at 55%.
 */
export const wideTiles = [
  { rows: 4, vectors: 4 },
  { rows: 4, vectors: 2 },
];

/** For the two rows that may be left. */
const wideRest = { rows: 2, vectors: 4 };

function wideTile({ rows, vectors, direct = false }) {
  const sums = range(rows).flatMap((row) => range(vectors).map((vector) => `c${row}${vector}`));
  const eachSum = (line) =>
    range(rows).flatMap((row) => range(vectors).map((v) => line(row, v, `c${row}${v}`)));
  const place = (base, row, v) =>
    [base, row > 0 && `${row} * ${base}Row`].filter(Boolean).join(" + ") + (v > 0 ? `, ${16 * v}` : "");
  const turn = [
    ...range(vectors).map((v) => `const b${v} = v128.load(b${v > 0 ? `, ${16 * v}` : ""});`),
    ...range(rows).flatMap((row) => [
      direct
        ? `const a${row} = v128.load_splat<T>(p${row});`
        : `const a${row} = v128.load_splat<T>(p${row >> 1}${row & 1 ? ", sizeof<T>()" : ""});`,
      ...range(vectors).map((v) => `c${row}${v} = v128.add<T>(c${row}${v}, v128.mul<T>(a${row}, b${v}));`),
    ]),
    ...(direct
      ? range(rows).map((row) => `p${row} += aColumn;`)
      : range(rows / 2).map((pair) => `p${pair} += 2 * sizeof<T>();`)),
    direct ? "b += bRow;" : `b += ${16 * vectors};`,
  ];
  const stores = eachSum(
    (row, v, sum) => `v128.store(${place("c", row, 0)}, ${sum}${v > 0 ? `, ${16 * v}` : ""});`,
  );
  const body = direct
    ? [
        ...sums.map((sum) => `let ${sum} = v128.splat<T>(<T>0);`),
        ...range(rows).map((row) => `let p${row} = a${row > 0 ? ` + ${row} * aRow` : ""};`),
        "const end = b + <usize>k * bRow;",
        "while (b != end) {",
        ...turn.map((line) => `  ${line}`),
        "}",
        ...range(vectors).map((v) => `const bias${v} = v128.load(bias${v > 0 ? `, ${16 * v}` : ""});`),
        ...eachSum((_, v, sum) => `${sum} = v128.add<T>(${sum}, bias${v});`),
        "if (sizeof<R>() == sizeof<Rectified>()) {",
        ...eachSum((_, _v, sum) => `  ${sum} = rectified<T>(${sum});`),
        "}",
        ...stores,
      ]
    : [
        ...eachSum((row, v, sum) => `let ${sum} = v128.load(${place("from", row, v)});`),
        "let p0 = a;",
        ...range(rows / 2)
          .slice(1)
          .map((pair) => `let p${pair} = a + ${pair} * pair;`),
        `const end = b + <usize>k * ${16 * vectors};`,
        "while (b != end) {",
        ...turn.map((line) => `  ${line}`),
        "}",
        ...stores,
      ];
  const lines = body.map((line) => `  ${line}\n`).join("");
  if (direct) {
    return `/** ${rows} rows × ${vectors} vectors, all full: C = A · B + bias, rectified as R says. Strides in bytes. */
export function wideDirect${rows}x${vectors}<T, R>(
  c: usize,
  cRow: usize,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bRow: usize,
  k: i32,
  bias: usize,
): void {
${lines}}
`;
  }
  return `/** ${rows} rows × ${vectors} vectors, all full: C = what is at \`from\` plus A · B. a: pairs [k][2]; b: [k][vectors]. */
export function wide${rows}x${vectors}<T>(
  c: usize,
  cRow: usize,
  from: usize,
  fromRow: usize,
  a: usize,
  pair: usize,
  b: usize,
  k: i32,
): void {
${lines}}
`;
}

/** The same for engines that widen: 16 vectors, and nothing that stops the widening. */
function wideSumLists() {
  const vectors = range(16);
  const entry = (name) => [
    `const x${name} = strip + load<u32>(list, ${8 * name + 4});`,
    `const dy${name} = v128.load32_splat(list, ${8 * name});`,
    ...vectors.map((v) => `c${v} = f32x4.add(c${v}, f32x4.mul(dy${name}, v128.load(x${name}, ${16 * v})));`),
  ];
  const body = [
    "for (let u = 0; u < units; u++) {",
    "  let list = lists;",
    "  const end = list + load<u32>(lengths);",
    ...vectors.map((v) => `  let c${v} = v128.load(from, ${16 * v});`),
    "  while (list != end) {",
    ...[0, 1].flatMap((name) => entry(name).map((line) => `    ${line}`)),
    "    list += 16;",
    "  }",
    ...vectors.map((v) => `  v128.store(to, c${v}, ${16 * v});`),
    "  to += 256;",
    "  from += fromRow;",
    "  lists = end;",
    "  lengths += 4;",
    "}",
    "return lists;",
  ];
  return `/** to (units, 64 features) = what is at \`from\`, its rows fromRow bytes apart, plus the sums of sumLists. */
export function wideSumLists(
  to: usize,
  from: usize,
  fromRow: usize,
  strip: usize,
  lists: usize,
  lengths: usize,
  units: i32,
): usize {
${body.map((line) => `  ${line}\n`).join("")}}
`;
}

/** Pairs of chains in the loop that reaches the peak of 256 bits: with their constant they fill the registers. */
const PEAK_PAIRS = 14;

/** The loop of assembly/peak.ts in the wide binary. */
function widePeak() {
  const chains = range(2 * PEAK_PAIRS);
  return `/** Runs the chains of peak.ts, and stores them one after another. Returns how many there are. */
export function widePeak<T>(sink: usize, rounds: i32): i32 {
  v128.store(sink, v128.splat<T>(<T>0.5));
  const half = v128.load_splat<T>(sink);
${chains.map((i) => `  let x${i} = v128.splat<T>(<T>${i < 1 ? 0 : i + 1});`).join("\n")}
  do {
${chains.map((i) => `    x${i} = v128.add<T>(v128.mul<T>(x${i}, half), half);`).join("\n")}
    rounds--;
  } while (rounds > 0);
${chains.map((i) => `  v128.store(sink, x${i}, ${16 * i});`).join("\n")}
  return ${chains.length};
}
`;
}

/** The text of assembly/tiles.generated.ts. */
export function tilesSource() {
  return `// Written by scripts/tiles.mjs, which says why it looks like this.
import { lanes, loadPartial, storePartial } from "./inline/lanes";
import { Rectified, rectified } from "./inline/rectified";

/** A vector of C, of which only \`columns\` elements exist. */
function take<T>(from: usize, columns: i32): v128 {
  if (columns >= lanes<T>()) return v128.load(from);
  return columns > 0 ? loadPartial<T>(from, columns) : v128.splat<T>(<T>0);
}

function put<T>(to: usize, v: v128, columns: i32): void {
  if (columns >= lanes<T>()) v128.store(to, v);
  else if (columns > 0) storePartial<T>(to, v, columns);
}

${[
  ...tiles.map(tile),
  ...directTiles.map(directTile),
  ...[...wideTiles, wideRest].map(wideTile),
  ...wideTiles.map((shape) => wideTile({ ...shape, direct: true })),
  sumLists(),
  wideSumLists(),
  widePeak(),
].join("\n")}`;
}
