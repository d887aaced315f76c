/** How a file that is gzipped is known, and what is said of one that is damaged. */

/** Whether a file begins as one that is gzipped. */
export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;

/** Why bytes cannot be unpacked, in words; undefined of other errors. */
export function damageOf(error: unknown): string | undefined {
  const { code, message } = error as { readonly code?: unknown; readonly message?: string };
  if (!/^Z_/.test(`${code}`)) return undefined;
  return code === "Z_BUF_ERROR" ? "it is cut short" : `it is damaged (${message})`;
}
