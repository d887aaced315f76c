/** That the types which the public ones name are public as well: nobody can write down what has no name for them. */
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

it("the types that the public ones name are exported", () => {
  const module = checker.getSymbolAtLocation(program.getSourceFile(`${dist}index.d.ts`)!)!;
  const exported = checker.getExportsOfModule(module).map(resolved);
  expect(exported.length).toBeGreaterThan(90);
  const missing = exported.flatMap((symbol) =>
    symbol
      .declarations!.flatMap(typesOf)
      .filter((type) => isOurs(type) && !exported.includes(type))
      .map((type) => `${symbol.name} names ${type.name}`),
  );
  expect([...new Set(missing)].sort()).toEqual([]);
});
