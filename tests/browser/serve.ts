/** Pages for the tests in a browser: a script of ours with the library in one file, and a server for it. */
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { dirname, join } from "node:path";
import { build, type Rolldown } from "vite";
import { ISOLATED } from "./chromium.ts";

/** The headers of all that is below a folder of the server. */
const folders: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  isolated: ISOLATED,
  plain: {},
  strict: { ...ISOLATED, "content-security-policy": "default-src 'self' 'wasm-unsafe-eval'" },
};

/** What stands in for a file in the browser's build: file.browser.ts. */
const standIns = {
  name: "stand-ins",
  enforce: "pre",
  resolveId(source: string, importer: string | undefined) {
    if (importer === undefined || !/^\..*\.ts$/.test(source)) return undefined;
    const other = join(dirname(importer), source.replace(/\.ts$/, ".browser.ts"));
    return existsSync(other) ? other : undefined;
  },
} as const;

/** A script of this folder with the library, in one file. */
export async function bundle(file: string): Promise<string> {
  const result = await build({
    root: import.meta.dirname,
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: "error",
    plugins: [standIns],
    build: {
      write: false,
      target: "es2022",
      rolldownOptions: { input: join(import.meta.dirname, file), output: { codeSplitting: false } },
    },
  });
  return (result as Rolldown.RolldownOutput).output[0].code;
}

/** Serves the page in each of the folders, and hands what it posts to `onResults`. */
export async function serve<Results>(script: string, onResults: (results: Results) => void): Promise<Server> {
  const server = createServer((request, response) => {
    const [, folder, file] = request.url!.split("/");
    const headers = folders[folder!];
    if (headers === undefined) {
      response.writeHead(404).end();
    } else if (file === "") {
      response.writeHead(200, { ...headers, "content-type": "text/html" });
      response.end('<!doctype html><script type="module" src="page.js"></script>');
    } else if (file === "page.js") {
      response.writeHead(200, { ...headers, "content-type": "text/javascript" }).end(script);
    } else {
      const chunks: Buffer[] = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        response.end();
        onResults(JSON.parse(Buffer.concat(chunks).toString()));
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
