/** Reads a source file with TypeScript's parser: its imports, the globals that it uses, its functions. */
import ts from "typescript";

export type Source = ts.SourceFile;

/** @param file its name, which tells TSX from TypeScript */
export const parse = (text: string, file = "source.ts"): Source =>
  ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);

/** A node and all below it, in the order of the text. */
function nodesOf(node: ts.Node): ts.Node[] {
  const nodes = [node];
  node.forEachChild((child) => void nodes.push(...nodesOf(child)));
  return nodes;
}

export interface Import {
  /** The module's name, or the code that computes it. */
  readonly from: string;
  /**
   * "type" leaves nothing in the JavaScript. "static" is loaded at once, "dynamic" when it is asked for. For "computed", the
   * source does not say which module is loaded.
   */
  readonly kind: "type" | "static" | "dynamic" | "require" | "computed";
}

const textOf = (node: ts.Node): string | undefined => (ts.isStringLiteralLike(node) ? node.text : undefined);

/** Whether a file declares a name itself, so that it does not mean the global. */
const declares = (source: Source, name: string): boolean =>
  nodesOf(source).some(
    (node) =>
      (ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node) || ts.isImportSpecifier(node)) &&
      node.name !== undefined &&
      ts.isIdentifier(node.name) &&
      node.name.text === name,
  );

function importOfCall(call: ts.CallExpression, ownRequire: boolean): Import[] {
  const [module] = call.arguments;
  const isImport = call.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(call.expression) && call.expression.text === "require" && !ownRequire;
  if (module === undefined || !(isImport || isRequire)) return [];
  const from = textOf(module);
  if (from === undefined) return [{ from: module.getText(), kind: "computed" }];
  return [{ from, kind: isImport ? "dynamic" : "require" }];
}

/** Every form in which a file names another module. */
export function importsOf(source: Source): Import[] {
  const ownRequire = declares(source, "require");
  return nodesOf(source).flatMap((node): Import[] => {
    if (ts.isImportDeclaration(node)) {
      const isType = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      return [{ from: textOf(node.moduleSpecifier)!, kind: isType ? "type" : "static" }];
    }
    if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
      return [{ from: textOf(node.moduleSpecifier)!, kind: node.isTypeOnly ? "type" : "static" }];
    if (ts.isExternalModuleReference(node)) return [{ from: textOf(node.expression)!, kind: "require" }];
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      return [{ from: textOf(node.argument.literal)!, kind: "type" }];
    return ts.isCallExpression(node) ? importOfCall(node, ownRequire) : [];
  });
}

const GLOBAL_OBJECTS = ["globalThis", "global", "self", "window"];

/** An expression without its parentheses, `as …` and `!`. */
const bare = (node: ts.Expression): ts.Expression =>
  ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node)
    ? bare(node.expression)
    : node;

const isGlobalObject = (node: ts.Expression | undefined): boolean => {
  const object = node && bare(node);
  return object !== undefined && ts.isIdentifier(object) && GLOBAL_OBJECTS.includes(object.text);
};

/** Whether an identifier stands for a value, not for a property, a type or a new declaration. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node as { parent: ts.Node & { name?: ts.Node; propertyName?: ts.Node } };
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isTypeQueryNode(parent)) return false;
  return parent.name !== node && parent.propertyName !== node && !ts.isPartOfTypeNode(node);
}

/** The uses of globals with these names, each as the code around it: `process.env`, `console.log("hi")`. */
export function globalsOf(source: Source, names: readonly string[]): string[] {
  const wanted = (name: string | undefined) => name !== undefined && names.includes(name);
  return nodesOf(source)
    .filter((node) => {
      if (ts.isIdentifier(node)) return wanted(node.text) && isValue(node);
      if (ts.isPropertyAccessExpression(node))
        return wanted(node.name.text) && isGlobalObject(node.expression);
      if (ts.isElementAccessExpression(node))
        return wanted(textOf(node.argumentExpression)) && isGlobalObject(node.expression);
      // const { process } = globalThis
      if (!ts.isBindingElement(node) || !ts.isVariableDeclaration(node.parent.parent)) return false;
      const property = node.propertyName ?? node.name;
      return (
        (ts.isIdentifier(property) || ts.isStringLiteralLike(property)) &&
        wanted(property.text) &&
        isGlobalObject(node.parent.parent.initializer)
      );
    })
    .map((node) => (ts.isIdentifier(node) ? node.parent : node).getText());
}

export interface Code {
  /** `Model.fit`, `fit`, or the call to which a function without a name is given: `describe(…)`. */
  readonly name: string;
  readonly lines: number;
}

type FunctionNode = ts.FunctionLikeDeclaration & { body: ts.Node };

const isFunction = (node: ts.Node): node is FunctionNode =>
  ts.isFunctionLike(node) && "body" in node && node.body !== undefined;

/** The name that a node has from the code around it. */
function nameOf(node: ts.Node): string {
  const own = (node as { name?: ts.Node }).name?.getText();
  const { parent } = node;
  if (own !== undefined && ts.isClassLike(parent)) return `${parent.name?.text}.${own}`;
  if (own !== undefined) return own;
  if (ts.isConstructorDeclaration(node)) return `${node.parent.name?.text}.constructor`;
  if (ts.isCallExpression(parent)) return `${parent.expression.getText()}(…)`;
  return ts.isSourceFile(parent) ? "" : nameOf(parent);
}

/** Whether a function only makes an object of functions, which it holds as a class holds its methods. */
function onlyHolds({ body }: FunctionNode): boolean {
  const made = ts.isBlock(body) ? undefined : bare(body as ts.Expression);
  return made !== undefined && ts.isObjectLiteralExpression(made);
}

/** The functions of a file with a body, methods and accessors too; of lines, those of comments before it do not count. */
export function functionsOf(source: Source): Code[] {
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  return nodesOf(source)
    .filter(isFunction)
    .filter((node) => !onlyHolds(node))
    .map((node) => ({
      name: nameOf(node),
      lines: lineOf(node.getEnd()) - lineOf(node.getStart()) + 1,
    }));
}
