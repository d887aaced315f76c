/**
 * Recognises WebAssembly's own errors. This is apart from modules.ts, which names types that a program without the DOM's
 * types does not have: the package's public types lead to every file that src/backend/index.ts imports.
 */

/** Whether an error is WebAssembly's own, which has ended a kernel midway. */
export function isTrap(error: unknown): boolean {
  return typeof WebAssembly !== "undefined" && error instanceof WebAssembly.RuntimeError;
}
