/**
 * The public types: what they name is public as well, since nobody can write down what has no name; and hovers say the
 * defaults.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

/** What the package ships: bodies and private parts are gone, inferred types are spelled out. */
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const program = ts.createProgram([`${dist}index.d.ts`], { lib: ["lib.es2022.d.ts"], types: [] });
const checker = program.getTypeChecker();

const resolved = (symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

const isOurs = ({ flags, declarations = [] }: ts.Symbol) =>
  !(flags & ts.SymbolFlags.TypeParameter) &&
  declarations.some((declaration) => declaration.getSourceFile().fileName.startsWith(dist));

const module = checker.getSymbolAtLocation(program.getSourceFile(`${dist}index.d.ts`)!)!;
const exported = checker.getExportsOfModule(module).map(resolved);

/** The types that a declaration names. */
function typesOf(node: ts.Node): ts.Symbol[] {
  if (ts.getJSDocTags(node).some(({ tagName }) => tagName.text === "internal")) return [];
  const name = ts.isTypeReferenceNode(node)
    ? node.typeName
    : ts.isExpressionWithTypeArguments(node)
      ? node.expression
      : undefined;
  const symbol = name && checker.getSymbolAtLocation(name);
  return [...(symbol ? [resolved(symbol)] : []), ...node.getChildren().flatMap(typesOf)];
}

it("the public types need neither the DOM's types nor Node's", () => {
  const messages = ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => [file?.fileName, messageText]);
  expect(messages).toEqual([]);
});

it("the types that the public ones name are exported", () => {
  expect(exported.length).toBeGreaterThan(90);
  const missing = exported.flatMap((symbol) =>
    symbol
      .declarations!.flatMap(typesOf)
      .filter((type) => isOurs(type) && !exported.includes(type))
      .map((type) => `${symbol.name} names ${type.name}`),
  );
  expect([...new Set(missing)].sort()).toEqual([]);
});

it("declarations that nobody can import are not packed", () => {
  const packed = (readdirSync(dist, { recursive: true }) as string[])
    .map((file) => `${dist}${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".d.ts") && !file.endsWith(".wasm.d.ts"));
  expect(packed.length).toBeGreaterThan(50);
  expect(packed.filter((file) => program.getSourceFile(file) === undefined)).toEqual([]);
});

const commentsOn = (node: ts.Node): string[] =>
  ts.getJSDocCommentsAndTags(node).map((doc) => doc.getFullText());

/** What the interfaces that a class implements say of the method. */
function inherited(node: ts.Node): string[] {
  if (!ts.isMethodDeclaration(node) || !ts.isClassDeclaration(node.parent)) return [];
  return (node.parent.heritageClauses ?? [])
    .flatMap(({ types }) => [...types])
    .map((type) => checker.getTypeAtLocation(type).getProperty(node.name.getText()))
    .flatMap((member) => member?.declarations?.flatMap(commentsOn) ?? []);
}

/** What is said of a node, or of what it is a part of. */
function docOf(node: ts.Node): string {
  const own = commentsOn(node);
  const docs = own.length > 0 ? own : inherited(node);
  if (docs.length > 0) return docs.join("\n");
  return node.parent && !ts.isInterfaceDeclaration(node.parent) ? docOf(node.parent) : "";
}

/** What may be left out in a declaration, and says no default though it has one. */
function silentIn(node: ts.Node, path: string): string[] {
  const silent: string[] = [];
  if (ts.isPropertySignature(node) && node.questionToken) {
    const type = node.type!;
    // What is not given is not called, or ends nothing.
    const hasNone =
      type.getText().startsWith("Signal") ||
      (ts.isFunctionTypeNode(type) && /\bvoid\b/.test(type.type.getText()));
    if (docOf(node) === "" || !(hasNone || /default/i.test(docOf(node)))) silent.push(path);
  }
  if (ts.isParameter(node) && node.questionToken) {
    // Of options the defaults stand with their members; what has none takes no options.
    const isOptions = /Options\b|^\{|Record<never/.test(node.type!.getText());
    if (!isOptions && !/default/i.test(docOf(node))) silent.push(path);
  }
  node.forEachChild((child) => {
    if (ts.isFunctionTypeNode(child)) return;
    const { name } = child as ts.Node & { name?: ts.Node };
    silent.push(...silentIn(child, name ? `${path}.${name.getText()}` : path));
  });
  return silent;
}

it("what may be left out says its default", () => {
  const silent = exported.flatMap(({ name, declarations }) =>
    declarations!
      .filter((declaration) => !ts.isInterfaceDeclaration(declaration) || name.endsWith("Options"))
      .flatMap((declaration) => silentIn(declaration, name)),
  );
  expect(silent).toEqual([]);
});
