/** Opens an address in the user's browser, if there is one. */
import { spawn } from "node:child_process";
import { type CliContext, isTerminal } from "../context.ts";

/** The program that opens addresses, by the platform. `start` takes its first text in quotes for a title. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", '""'],
};

/** Whether a user sits in front of it: at a terminal, and on Linux in a desktop. */
export function hasDesktop(context: CliContext, platform: NodeJS.Platform = process.platform): boolean {
  if (!isTerminal(context, context.stdout)) return false;
  const { env } = context;
  return platform === "darwin" || platform === "win32"
    ? !env.SSH_CONNECTION
    : Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** Asks the system to open an address. That it cannot is no error: the user has the address. */
export function openBrowser(url: string): void {
  const [file, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const opener = spawn(file, [...args, url], { detached: true, stdio: "ignore" });
  opener.on("error", () => {});
  opener.unref();
}
