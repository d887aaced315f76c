/**
 * What not every runtime has, and what stands in for it: jsdom lacks TextDecoder and MessageChannel, a context of node:vm
 * has little more than the language.
 */

/** Milliseconds since some moment. */
export function now(): number {
  return (globalThis.performance ?? Date).now();
}

/** Resolves when other work (a signal, a redraw) has had its turn. */
export function otherWork(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") {
      setImmediate(resolve);
    } else if (typeof MessageChannel === "function") {
      // In a browser: a timer would take 4 ms, and a second on a page that is not shown.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    } else if (typeof setTimeout === "function") {
      setTimeout(resolve);
    } else {
      resolve();
    }
  });
}

interface Process {
  readonly versions?: { readonly node?: string };
  /** What an Electron process is: "browser", "renderer", … */
  readonly type?: string;
  /** Since Node 20.16. */
  getBuiltinModule?(name: string): unknown;
}

/** The global `process` of Node, Bun and Deno. Elsewhere it is something else of that name, or an empty object. */
export function nodeProcess(): Process {
  return (globalThis as { process?: Process }).process ?? {};
}

/**
 * A module of Node's. Where import() is not to be had (in jest's CommonJS, in a context of node:vm), the process gives it.
 * @param load imports it: spelled out, so that bundlers for Node see the name
 */
export async function nodeModule<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  return (nodeProcess().getBuiltinModule?.(name) as Module | undefined) ?? (await load());
}

/** The bytes of a text in base64, which is whole. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if (typeof atob === "undefined") return decodeBase64(text);
  const characters = atob(text);
  // Uint8Array.from() would walk the text by its iterator, for 7 ms in place of 0.3.
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const values = new Map([...digits].map((digit, value) => [digit, value]));
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((3 * text.length) / 4 - padding);
  for (let i = 0, at = 0; i < text.length; i += 4, at += 3) {
    let bits = 0;
    for (let k = 0; k < 4; k++) bits = (bits << 6) | (values.get(text[i + k]!) ?? 0);
    // Writes beyond the end are ignored.
    for (let k = 0; k < 3; k++) bytes[at + k] = bits >> (16 - 8 * k);
  }
  return bytes;
}

/** The bytes in UTF-8 of a text without lone surrogates. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (typeof TextEncoder === "function") return new TextEncoder().encode(text);
  const escaped = encodeURIComponent(text);
  const bytes = escaped.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
}

/**
 * The text of bytes in UTF-8, a byte-order mark included.
 * @throws an Error if they are not valid UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string {
  if (typeof TextDecoder === "function")
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  return decodeURIComponent(Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
}
