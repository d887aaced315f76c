/** The playground for everyone: what axe finds in each state, the keyboard alone, still pictures, narrow screens, nothing that jumps. */
import { existsSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { axe, describeInChromium } from "./helpers.ts";
import { houses } from "./houses.ts";
import { addressOf, open, SHORT_SPIRALS, temporaryFolder } from "./playgroundPage.ts";

const COMPARED = addressOf({
  ...{ data: "synthetic", compare: "yes", "a.layers": "20,20", "b.layers": "20,20", "b.bn": "after" },
  ...{ "a.limit": 1000, "b.limit": 1000, "a.validation": 200, "b.validation": 200 },
  ...{ "a.epochs": 3, "b.epochs": 3, "a.batch": 50, "b.batch": 50 },
});

/** Presses Tab until the element with this name has the focus; it must come within so many. */
async function tabTo(page: Page, name: RegExp, most = 80): Promise<void> {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const label = (element as HTMLInputElement | null)?.labels?.[0]?.textContent;
      return element?.getAttribute("aria-label") ?? label ?? element?.textContent ?? "";
    });
    if (name.test(focused.trim())) return;
  }
  throw new Error(`${name} has not got the focus after ${most} times Tab.`);
}

describeInChromium("the playground is for everyone", (browser) => {
  it.each(["light", "dark"] as const)(
    "axe finds nothing serious in any state, in the %s theme",
    async (colorScheme) => {
      const { page, playground } = await open(browser(), COMPARED, { context: { colorScheme } });
      await playground.says(/epochs of/, "Training A");
      expect(await axe(page)).toEqual([]);
      await page.getByLabel("Speed").selectOption("10 steps/s");
      await playground.train.click();
      await playground.says(/epoch 1 of/, "Training B");
      expect(await axe(page)).toEqual([]);
      await page.getByLabel("Speed").selectOption("Full speed");
      await playground.hasEnded();
      await playground.table("Loss", 3);
      expect(await axe(page)).toEqual([]);
      await page.getByRole("button", { name: "Presets" }).click();
      expect(await axe(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await playground.drop([{ name: "ragged.csv", content: "a,b\n1,2\n3\n" }]);
      await page.getByRole("alert").filter({ hasText: "ragged.csv" }).waitFor();
      expect(await axe(page)).toEqual([]);
      await playground.drop([{ name: "houses.csv", content: houses() }]);
      await expect.poll(async () => (await playground.facts()).Data, { timeout: 30_000 }).toBe("houses.csv");
      await page.getByText("All settings").click();
      await playground.oneStep.click();
      await playground.says(/paused$/);
      expect(await axe(page)).toEqual([]);
    },
  );

  it("the keyboard alone does it all: a preset, a layer, training, a pause, the file", async () => {
    const { page, playground, problems } = await open(browser(), SHORT_SPIRALS);
    await tabTo(page, /^Presets/);
    await page.keyboard.press("Enter");
    await page.keyboard.press("s");
    await page.keyboard.press("Enter");
    await playground.panel("Model A").waitFor();
    await tabTo(page, /^Only A/);
    await page.keyboard.press("Enter");
    await playground.panel("Model").waitFor();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await tabTo(page, /^Units of layer 1/);
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => playground.command()).toContain("--layers 17,16");
    await tabTo(page, /^Epochs/);
    await page.keyboard.press("Control+a");
    await page.keyboard.type("3\n");
    await playground.says(/^3 epochs of/);
    await tabTo(page, /^Train$/);
    await page.keyboard.press("Enter");
    await playground.says(/^epoch 1 of 3/);
    // The button that was pressed is the one that pauses.
    await page.keyboard.press("Enter");
    await playground.says(/paused$/);
    await page.keyboard.press("Enter");
    await playground.hasEnded();
    await tabTo(page, /^Download/, 200);
    const downloading = page.waitForEvent("download");
    await page.keyboard.press("Enter");
    const path = `${temporaryFolder()}/model.safetensors`;
    await (await downloading).saveAs(path);
    expect(existsSync(path)).toBe(true);
    expect(problems).toEqual([]);
  });

  it("nothing moves by itself for those who want it so", async () => {
    const { page, playground } = await open(browser(), SHORT_SPIRALS, {
      context: { reducedMotion: "reduce" },
    });
    await page.getByLabel("Speed").selectOption("10 steps/s");
    await playground.train.click();
    await playground.says(/^epoch 1 of/);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    await playground.cancel.click();
    await playground.hasEnded();
  });

  it("nothing jumps while two networks train", async () => {
    const { page, playground } = await open(browser(), COMPARED);
    await playground.says(/epochs of/, "Training B");
    const shift = await page.evaluateHandle(() => {
      const seen = { sum: 0, what: [] as string[] };
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & {
          value: number;
          hadRecentInput: boolean;
          sources: { node: Element | null }[];
        })[]) {
          if (entry.hadRecentInput) continue;
          seen.sum += entry.value;
          seen.what.push(
            `${entry.value.toFixed(3)} ${entry.sources.map(({ node }) => node?.className ?? "").join(" ")}`,
          );
        }
      }).observe({ type: "layout-shift" });
      return seen;
    });
    // By key: what a pointer does may move things for half a second.
    await playground.train.press("Enter");
    await playground.hasEnded();
    await playground.table("Loss", 3);
    const { sum, what } = await shift.jsonValue();
    expect(sum, what.join("; ")).toBeLessThan(0.1);
  });

  it("it never scrolls sideways, before or after a training", async () => {
    const { page, playground } = await open(browser(), COMPARED);
    const widest = async () => {
      const found: string[] = [];
      for (const width of [360, 390, 768, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        await page.waitForTimeout(100);
        const [content, window] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          innerWidth,
        ]);
        if (content! > window!) found.push(`${content} px wide at ${width} px`);
      }
      return found;
    };
    expect(await widest()).toEqual([]);
    await playground.trainToEnd();
    expect(await widest()).toEqual([]);
    await playground.drop([{ name: `${"long".repeat(30)}.csv`, content: houses() }]);
    await expect.poll(async () => (await playground.facts()).Data, { timeout: 30_000 }).toContain("longlong");
    expect(await widest()).toEqual([]);
  });
});
