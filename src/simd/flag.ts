/** V8's flag for widening, and where there is one. */

/** Widens pairs of operations on neighbouring vectors of 128 bits to 256. */
export const WIDEN = "--experimental-wasm-revectorize";

/** The first Node whose V8 knows the flag. Node 22 knows it, and gains nothing by it: its verdict says so. */
const FIRST_NODE = 22;

/** Whether this is a Node that knows the flag. Another would not start with it. */
export function canWiden({
  versions,
}: {
  readonly versions: Readonly<Record<string, string | undefined>>;
}): boolean {
  const others = [versions.bun, versions.deno, versions.electron, versions.nw];
  const isNode = versions.node !== undefined && others.every((version) => version === undefined);
  return isNode && Number.parseInt(versions.node!, 10) >= FIRST_NODE;
}
