/** `nnwasm web`: serves the playground on this machine, and opens it. */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { integer, newCommand, writeEvent } from "../command.ts";
import { type CliContext, Interrupted } from "../context.ts";
import { addWords } from "../suggestions.ts";
import { listen, USUAL_PORT } from "../web/listen.ts";
import { hasDesktop, openBrowser } from "../web/openBrowser.ts";
import { createSiteServer } from "../web/siteServer.ts";

addWords({
  "--port": "p listen http-port server-port",
  "--no-open": "n no-browser nobrowser headless no-launch",
});

interface Flags {
  readonly port?: number;
  readonly open: boolean;
  readonly json?: boolean;
}

/** The site that the build has put beside the program. */
const SITE = fileURLToPath(new URL("../../web", import.meta.url));

/** @param folder the site; tests give their own */
export function webCommand(context: CliContext, folder = SITE): Command {
  return newCommand(
    context,
    "web",
    "open the playground: networks that train in your browser",
    [
      "nnwasm web                            # opens it in the browser",
      "nnwasm web --port 9000 --no-open      # says where it is, and opens nothing",
      "nnwasm web --port 0 --no-open --json  # any free port, for programs",
    ],
    [
      "It is served on 127.0.0.1, to this machine alone; what you drop on it never leaves the browser. Ctrl-C ends it. " +
        "From another machine, use a tunnel: ssh -L 8017:127.0.0.1:8017 HOST. To publish it, copy the folder dist/web of " +
        "the package to any static host (docs/playground.md).",
    ],
  )
    .option(
      "--port <n>",
      `the port, 0 for any that is free (default: ${USUAL_PORT}, or the next free one)`,
      integer(0, 65535),
    )
    .option("--no-open", "do not open the browser")
    .option("--json", "print events as JSON, one a line")
    .action((flags: Flags) => run(flags, context, folder));
}

async function run({ port, open, json }: Flags, context: CliContext, folder: string): Promise<void> {
  const { signal, stdout } = context;
  const server = createSiteServer(folder);
  const url = await listen(server, port);
  try {
    if (json) writeEvent(context, { event: "listening", url });
    else stdout.write(`The playground is at ${url}\nIt is served to this machine alone. Ctrl-C ends it.\n`);
    if (open && hasDesktop(context)) openBrowser(url);
    if (!signal.aborted) await once(signal, "abort");
  } finally {
    server.close();
    server.closeAllConnections();
  }
  throw new Interrupted("The playground is not served any more. What it keeps in the browser stays there.");
}
