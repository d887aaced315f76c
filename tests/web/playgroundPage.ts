/** The playground as its users have it: its buttons, fields and panels by their words, and what it shows as numbers. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { type Environment, type Event, events, PROGRAM, start } from "../helpers/cli.ts";
import { type OpenedPage, type OpenOptions, openPlayground } from "./helpers.ts";

/** How long something may take on a busy machine, in milliseconds. */
const PATIENCE = 60_000;

/** What stands behind "#" of an address. */
export const addressOf = (state: Readonly<Record<string, string | number>>): string =>
  `#${Object.entries(state)
    .map(([name, value]) => `${name}=${value}`)
    .join("&")}`;

/** A small network on points in a plane: its training takes a second. */
export const SHORT_SPIRALS = addressOf({
  ...{ data: "spirals", "a.layers": "8", "a.optimizer": "adam", "a.etaMax": 0.01, "a.epochs": 3 },
  ...{ "a.batch": 50, "a.validation": 200, "a.lrSchedule": "constant" },
});

export class PlaygroundPage {
  readonly page: Page;
  readonly train: Locator;
  readonly trainAgain: Locator;
  readonly pause: Locator;
  readonly goOn: Locator;
  readonly oneStep: Locator;
  readonly cancel: Locator;

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE);
    const run = page.getByRole("region", { name: "Run", exact: true });
    const button = (name: string) => run.getByRole("button", { name, exact: true });
    this.train = button("Train");
    this.trainAgain = button("Train again");
    this.pause = button("Pause");
    this.goOn = button("Go on");
    this.oneStep = button("One step");
    this.cancel = button("Cancel");
  }

  panel(name: string): Locator {
    return this.page.getByRole("region", { name, exact: true });
  }

  /** Where the training of the only network, or of one of two, stands, in the page's words. */
  async progress(which: "Training" | "Training A" | "Training B" = "Training"): Promise<string> {
    const bar = this.page.getByRole("progressbar", { name: which, exact: true });
    return (await bar.getAttribute("aria-valuetext")) ?? "";
  }

  /** Until the progress says so. */
  async says(words: RegExp, which?: "Training A" | "Training B"): Promise<void> {
    await expect.poll(() => this.progress(which), { timeout: PATIENCE, interval: 50 }).toMatch(words);
  }

  /** Until the training, or both of them, have ended. */
  async hasEnded(): Promise<void> {
    await this.trainAgain.waitFor();
  }

  /** Trains to the end. */
  async trainToEnd(): Promise<void> {
    await this.train.click();
    await this.hasEnded();
  }

  /** The hash of the weights, as the page shows it. */
  hash(model = "Model"): Promise<string> {
    return this.textToCopy(model, "Hash of the weights");
  }

  /** The command that trains the same, as the page shows it. */
  command(model = "Model"): Promise<string> {
    return this.textToCopy(model, "Command");
  }

  private async textToCopy(model: string, label: string): Promise<string> {
    const field = this.panel(model).getByRole("group", { name: label, exact: true }).locator("code");
    return (await field.textContent())!;
  }

  /**
   * The numbers of a chart, by its caption: a record for each row, by the heads of the columns. They are a second behind the
   * picture: they are read when as many rows have all their numbers.
   */
  async table(caption: string, rows: number): Promise<readonly Readonly<Record<string, string>>[]> {
    const table = this.page.locator("table").filter({
      has: this.page.locator(`caption:text-is(${JSON.stringify(caption)})`),
    });
    const filled = table.locator("tbody tr").filter({ hasNot: this.page.locator("td:empty") });
    await expect.poll(() => filled.count(), { timeout: PATIENCE }).toBe(rows);
    const cells = await table
      .locator("tr")
      .evaluateAll((all) =>
        all.map((row) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent ?? "")),
      );
    const [head, ...body] = cells as [string[], ...string[][]];
    return body.map((row) => Object.fromEntries(row.map((cell, i) => [head[i]!, cell])));
  }

  /** Opens files by a button's file chooser. */
  async choose(files: string | readonly string[], button = "Open your own file …"): Promise<void> {
    const chooser = this.page.waitForEvent("filechooser");
    await this.page.getByRole("button", { name: button }).click();
    await (await chooser).setFiles(files as string | string[]);
  }

  /** Drops files on the page. */
  async drop(
    files: readonly { readonly name: string; readonly content: string | Uint8Array }[],
  ): Promise<void> {
    const given = files.map(({ name, content }) => ({
      ...{ name, base64: Buffer.from(content).toString("base64") },
    }));
    await this.page.evaluate((given) => {
      const data = new DataTransfer();
      for (const { name, base64 } of given) {
        const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
        data.items.add(new File([bytes], name));
      }
      for (const type of ["dragenter", "dragover", "drop"]) {
        document.body.dispatchEvent(
          new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }),
        );
      }
    }, given);
  }

  /** What the page says of the data: "Training" → "800". */
  async facts(): Promise<Readonly<Record<string, string>>> {
    const facts = await this.panel("Data")
      .locator(".fact")
      .evaluateAll((all) => all.map((fact) => [...fact.children].map((child) => child.textContent ?? "")));
    return Object.fromEntries(facts as [string, string][]);
  }

  /** Saves the model by its button. @returns the path of the file */
  async download(folder: string, model = "Model"): Promise<string> {
    const downloading = this.page.waitForEvent("download");
    await this.panel(model).getByRole("button", { name: "Download" }).click();
    const download = await downloading;
    const path = join(folder, download.suggestedFilename());
    await download.saveAs(path);
    return path;
  }
}

export interface OpenedPlayground extends OpenedPage {
  readonly playground: PlaygroundPage;
}

/** Opens the playground, in a window of a desk, and waits until it can train. @param address what stands behind the path, "#data=moons" */
export async function open(
  browser: Browser,
  address: string,
  options: Omit<OpenOptions, "path"> = {},
): Promise<OpenedPlayground> {
  const opened = await openPlayground(browser, {
    headers: "strict",
    ...options,
    path: address,
    context: { viewport: { width: 1280, height: 900 }, ...options.context },
  });
  const playground = new PlaygroundPage(opened.page);
  await playground.train.waitFor();
  return { ...opened, playground };
}

/** A new folder, which goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "nnwasm-page-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a command that the page shows, as a shell reads it, with this repository's nnwasm. @returns the events of --json */
export async function runShown(command: string, folder: string, env: Environment = {}): Promise<Event[]> {
  const script = `npx() { shift; "${process.execPath}" "${PROGRAM}" "$@"; }\n${command} --json`;
  const { code, stdout, stderr } = await start("/bin/sh", ["-c", script], folder, env).result;
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${stderr}`);
  return events(stdout);
}

/** The hash of the weights that the command line has trained. */
export async function hashOfShown(command: string, folder: string, env?: Environment): Promise<string> {
  const ran = await runShown(command, folder, env);
  return ran.find(({ event }) => event === "result")!.weightsSha256;
}
