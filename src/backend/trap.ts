/**
 * WebAssembly's own errors. They stand apart from the modules: these name types that a program without the DOM's does not
 * have, and the package's public types lead to every file from which src/backend/index.ts takes something.
 */

/** Whether an error is WebAssembly's own, which has ended a kernel midway. */
export function isTrap(error: unknown): boolean {
  return typeof WebAssembly !== "undefined" && error instanceof WebAssembly.RuntimeError;
}
