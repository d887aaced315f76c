/** Trainings that are paused, taken step by step, cancelled, and those that go on after the page was loaded anew. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInChromium } from "./helpers.ts";
import { houses } from "./houses.ts";
import { addressOf, hashOfShown, open, type PlaygroundPage, temporaryFolder } from "./playgroundPage.ts";

/** 36 steps an epoch. */
const SPIRALS = addressOf({
  ...{ data: "spirals", "a.layers": "8", "a.optimizer": "adam", "a.etaMax": 0.01, "a.epochs": 4 },
  ...{ "a.batch": 50, "a.validation": 200, "a.lrSchedule": "constant", "a.bn": "after" },
});

const speed = (page: Page, words: string) => page.getByLabel("Speed").selectOption(words);

/** What the page offers to go on with. */
const offer = (page: Page) => page.getByRole("status").filter({ hasText: "can go on" });

/** Until the origin's private files hold what to go on from. */
const isKept = (page: Page) =>
  expect
    .poll(
      () =>
        page.evaluate(async () => {
          try {
            const root = await navigator.storage.getDirectory();
            const slot = await (await root.getDirectoryHandle("nnwasm")).getDirectoryHandle("a");
            return (await (await slot.getFileHandle("session.json")).getFile()).size > 0;
          } catch {
            return false;
          }
        }),
      { timeout: 60_000 },
    )
    .toBe(true);

/** "epoch 2 of 4, step 7 of 36 · paused": 43. */
async function stepOf(playground: PlaygroundPage): Promise<number> {
  await playground.says(/paused$/);
  const [, epoch, step, steps] = /^epoch (\d+) of \d+, step (\d+) of (\d+) /.exec(
    await playground.progress(),
  )!;
  return (Number(epoch) - 1) * Number(steps) + Number(step);
}

/** Begins a training, slowly, and pauses it within an epoch. */
async function trainAndPause(playground: PlaygroundPage): Promise<void> {
  await speed(playground.page, "10 steps/s");
  await playground.train.click();
  await playground.says(/^epoch 1 of/);
  await playground.pause.click();
  await playground.says(/paused$/);
}

describeInChromium("the playground's trainings", (browser) => {
  it("wait, go on by one step or by all, to the bits of one that nobody has disturbed", async () => {
    const { page, playground, problems } = await open(browser(), SPIRALS);
    await trainAndPause(playground);
    const at = await stepOf(playground);
    await playground.oneStep.click();
    await expect.poll(() => stepOf(playground)).toBe(at + 1);
    await playground.oneStep.click();
    await expect.poll(() => stepOf(playground)).toBe(at + 2);
    await speed(page, "Full speed");
    await playground.goOn.click();
    await playground.hasEnded();
    expect(await playground.progress()).toMatch(/^4 epochs · [\d,]+ steps\/s, \d threads?$/);
    const hash = await playground.hash();
    expect(hash).toBe(await hashOfShown(await playground.command(), temporaryFolder()));
    expect(await offer(page).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it("begin with one step, where that is asked for first", async () => {
    const { playground } = await open(browser(), SPIRALS);
    await playground.oneStep.click();
    expect(await stepOf(playground)).toBe(1);
    await playground.cancel.click();
    await playground.hasEnded();
    expect(await playground.progress()).toMatch(/^cancelled in epoch 1 of 4 /);
  });

  it("go on after a cancel, and after the page was loaded anew in a pause", async () => {
    const { page, playground, problems } = await open(browser(), SPIRALS);
    await trainAndPause(playground);
    await playground.cancel.click();
    await playground.hasEnded();
    expect(await offer(page).textContent()).toMatch(/A training on spirals can go on.*after \d of 4 epochs/);
    await offer(page).getByRole("button", { name: "Go on" }).click();
    await playground.says(/^epoch \d of 4/);
    await playground.pause.click();
    await playground.says(/paused$/);
    await isKept(page);
    await page.reload();
    await offer(page).getByRole("button", { name: "Go on" }).click();
    await playground.hasEnded();
    expect(await playground.table("Loss", 4)).toHaveLength(4);
    expect(await playground.hash()).toBe(await hashOfShown(await playground.command(), temporaryFolder()));
    await page.reload();
    await playground.train.waitFor();
    expect(await offer(page).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it("are forgotten if that is asked for", async () => {
    const { page, playground } = await open(browser(), SPIRALS);
    await playground.oneStep.click();
    await playground.says(/paused$/);
    await isKept(page);
    await page.reload();
    await offer(page).getByRole("button", { name: "Forget it" }).click();
    await offer(page).waitFor({ state: "detached" });
    await page.reload();
    await playground.says(/^4 epochs of 36 steps$/);
    expect(await offer(page).count()).toBe(0);
  });

  it("go on with a file of one's own, which is kept in the origin's private files", async () => {
    const { page, playground, problems } = await open(browser(), SPIRALS);
    await playground.drop([{ name: "my houses.csv", content: houses() }]);
    await page.getByLabel("Column to be predicted").selectOption("price");
    const epochs = page.getByRole("spinbutton", { name: "Epochs" });
    await epochs.fill("6");
    await epochs.press("Enter");
    await playground.says(/^6 epochs of/);
    await playground.oneStep.click();
    await playground.says(/paused$/);
    await isKept(page);
    // So that the page stands elsewhere when it is there again.
    await page.evaluate(() => scrollTo(0, 300));
    await page.reload();
    await offer(page).waitFor();
    await expect.poll(() => page.evaluate(() => scrollY)).toBeLessThan(60);
    expect(await offer(page).textContent()).toContain("A training on my houses.csv can go on");
    expect(await page.getByRole("alert").allTextContents()).toEqual([]);
    await offer(page).getByRole("button", { name: "Go on" }).click();
    await playground.hasEnded();
    const folder = temporaryFolder();
    writeFileSync(join(folder, "my houses.csv"), houses());
    expect(await playground.hash()).toBe(await hashOfShown(await playground.command(), folder));
    expect((await playground.facts()).Data).toBe("my houses.csv");
    expect(await page.getByLabel("Column to be predicted").inputValue()).toBe("price");
    expect(problems).toEqual([]);
  });
});
