// Writes the interface between the host and the kernels. assembly/exports.generated.ts has the functions that the module
// exports, src/wasm/exports.generated.ts their types and a call by name for each.
//
// assembly/index.ts lists the kernels. A generic one is exported once for each of its types, by this table.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** The types for which a generic kernel is made, by its type parameters and by the endings of its exports' names. */
const instances = {
  // T is the precision in which the kernel computes.
  T: { F32: "f32", F64: "f64" },
  // S is the type of stored samples. The first layer computes in float32.
  S: { Bytes: "u8", Floats: "f32" },
  // S is the type of stored samples, T the precision in which the kernel computes.
  // L is the type of labels.
  L: { Bytes: "u8", Words: "u16" },
  // T is the precision in which the kernel computes, L the type of labels.
  "T, L": { F32Bytes: "f32, u8", F32Words: "f32, u16", F64Bytes: "f64, u8", F64Words: "f64, u16" },
  // Floats that are stored in the one precision and computed with in the other.
  "From, To": { ToF32: "f64, f32", ToF64: "f32, f64" },
  "S, T": { FloatsF32: "f32, f32", FloatsF64: "f32, f64", DoublesF64: "f64, f64" },
};

/** The values that one thread alone gives to the last parameters of a kernel that several threads can share. */
const alone = { hurry: 0, part: 0, parts: 1 };

const parse = (file) => ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);

/** The function of this name in a file, as a kernel with the name `exported`. */
function kernelOf(folder, from, name, exported) {
  const source = parse(join(folder, `${from}.ts`));
  const node = source.statements.find((it) => ts.isFunctionDeclaration(it) && it.name.text === name);
  if (node === undefined)
    throw new Error(`exports: ${from}.ts has no function ${name}, which index.ts names.`);
  const types = node.typeParameters?.map((it) => it.name.text).join(", ");
  if (types !== undefined && instances[types] === undefined)
    throw new Error(`exports: ${name}<${types}> has types for which scripts/exports.mjs knows no instances.`);
  return {
    from,
    name,
    exported,
    instances: Object.entries(types === undefined ? { "": undefined } : instances[types]),
    parameters: node.parameters.map((it) => ({ name: it.name.text, type: it.type.getText(source) })),
    result: node.type.getText(source),
  };
}

/** The kernels that a folder's index.ts exports, in its order. */
export function readKernels(folder) {
  return parse(join(folder, "index.ts")).statements.flatMap((node) => {
    if (ts.isFunctionDeclaration(node)) return [kernelOf(folder, "./index", node.name.text, node.name.text)];
    if (!ts.isExportDeclaration(node)) return [];
    return node.exportClause.elements.map(({ name, propertyName = name }) =>
      kernelOf(folder, node.moduleSpecifier.text, propertyName.text, name.text),
    );
  });
}

/** The text of assembly/exports.generated.ts. */
export function assemblySource(kernels) {
  const functions = kernels.map(({ from, name, exported, instances, parameters, result }) => {
    if (instances[0][1] === undefined)
      return `export { ${name}${name === exported ? "" : ` as ${exported}`} } from "${from}";\n`;
    const declared = parameters.map((it) => `${it.name}: ${it.type}`).join(", ");
    const passed = parameters.map((it) => it.name).join(", ");
    return [
      `import { ${name} } from "${from}";\n`,
      ...instances.map(
        ([ending, types]) =>
          `export function ${exported}${ending}(${declared}): ${result} {\n` +
          `  ${result === "void" ? "" : "return "}${name}<${types}>(${passed});\n}\n`,
      ),
    ].join("");
  });
  return `// Written by scripts/exports.mjs from index.ts: what the module exports.\n${functions.join("")}`;
}

const hostType = (type) => (type === "bool" ? "boolean" : type === "void" ? "void" : "number");

/** The arguments of a kernel by name, as a type. An address may be given as the tensor that begins there. */
function argumentsSource({ exported, parameters }) {
  const types = parameters
    .filter(({ name }) => alone[name] === undefined)
    .map(({ name, type }) => `${name}: ${type === "usize" ? "Place" : hostType(type)}`);
  return `  ${exported}: { ${types.join("; ")} };\n`;
}

/** The call by name of a kernel. */
function callSource({ exported, instances, parameters }) {
  const passed = parameters.map(({ name, type }) => {
    if (alone[name] !== undefined) return alone[name];
    return type === "usize" ? `at(a.${name})` : `a.${name}`;
  });
  return (
    `const ${exported} = (call: Exports["${exported}${instances[0][0]}"]) => (a: Arguments["${exported}"]) =>\n` +
    `  call(${passed.join(", ")});\n`
  );
}

/** The text of src/wasm/exports.generated.ts. */
export function hostSource(kernels) {
  const exportsOf = (some) =>
    some.flatMap((kernel) => kernel.instances.map(([ending]) => `${kernel.exported}${ending}`));
  const namesOf = (some) =>
    exportsOf(some)
      .map((name) => `  "${name}",\n`)
      .join("");
  const has = (kernel, name) => kernel.parameters.some((it) => it.name === name);
  const signatures = kernels.flatMap((kernel) => {
    const [first, ...others] = exportsOf([kernel]);
    const parameters = kernel.parameters.map((it) => `${it.name}: ${hostType(it.type)}`).join(", ");
    return [
      `  ${first}(${parameters}): ${hostType(kernel.result)};\n`,
      ...others.map((name) => `  ${name}: Exports["${first}"];\n`),
    ];
  });
  // A function without parameters only returns a number. It needs no names for arguments.
  const called = kernels.filter(({ parameters }) => parameters.length > 0);
  const each = (line) =>
    called.flatMap((kernel) => exportsOf([kernel]).map((name) => line(name, kernel.exported))).join("");
  return `// Written by scripts/exports.mjs from assembly/: how the host calls the kernels.
/** What the module exports. Addresses are in bytes. */
export interface Exports {
${signatures.join("")}}

/** Those that several threads can share, each with its \`part\` of \`parts\`. */
export const partitioned = [
${namesOf(kernels.filter((kernel) => has(kernel, "part") && !has(kernel, "hurry")))}] as const;

/** Those that the other threads do meanwhile, until the word at \`hurry\` tells them that they are waited for. */
export const posted = [
${namesOf(kernels.filter((kernel) => has(kernel, "hurry")))}] as const;

/** An address, or what begins there. */
export type Place = number | { readonly data: { readonly byteOffset: number } };

/** What each kernel is called with. */
export interface Arguments {
${called.map(argumentsSource).join("")}}

/** The kernels, called with their arguments by name. */
export interface Calls {
${each((name, kernel) => `  ${name}(a: Arguments["${kernel}"]): void;\n`)}}

const at = (place: Place): number => (typeof place === "number" ? place : place.data.byteOffset);

${called.map(callSource).join("")}
/** The calls by name of a module's exports. */
export const calls = (exports: Exports): Calls => ({
${each((name, kernel) => `  ${name}: ${kernel}(exports.${name}),\n`)}});
`;
}
