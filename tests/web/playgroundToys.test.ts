/** Toys on the playground: the decision surface, the address that holds all settings, presets, two networks side by side. */
import { expect, it } from "vitest";
import { describeInChromium } from "./helpers.ts";
import {
  addressOf,
  hashOfShown,
  open,
  PlaygroundPage,
  SHORT_SPIRALS,
  temporaryFolder,
} from "./playgroundPage.ts";

const SPIRALS = addressOf({
  ...{ data: "spirals", "a.layers": "16,16", "a.optimizer": "adam", "a.etaMax": 0.02, "a.epochs": 20 },
  ...{ "a.batch": 50, "a.validation": 200, "a.lrSchedule": "constant", "a.bn": "after", "a.seed": 7 },
});

const stateOf = (url: string) => Object.fromEntries(new URLSearchParams(new URL(url).hash.slice(1)));

describeInChromium("toys on the playground", (browser) => {
  it("bend the surface until the points lie in their areas", async () => {
    const { page, playground, problems } = await open(browser(), SPIRALS);
    const panel = playground.panel("Decision surface");
    await page.getByLabel("Speed").selectOption("Full speed");
    await playground.trainToEnd();
    const picture = panel.getByRole("img", { name: /^Decision surface: \d+ samples of/ });
    const share = async () =>
      Number(/About (\d+)% lie in/.exec((await picture.getAttribute("aria-label")) ?? "")?.[1] ?? 0);
    await expect.poll(share, { timeout: 30_000 }).toBeGreaterThan(85);
    // It is drawn: its colours are many.
    const colours = await panel.locator("canvas").evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
    expect(colours).toBeGreaterThan(50);
    // A point is answered, too.
    const form = playground.panel("Try it").getByRole("group", { name: "A point" });
    await form.getByLabel("x", { exact: true }).fill("0.5");
    await form.getByLabel("y", { exact: true }).fill("0.5");
    expect(await playground.panel("Try it").locator(".answer").textContent()).toMatch(/\d%/);
    expect(await playground.hash()).toBe(await hashOfShown(await playground.command(), temporaryFolder()));
    expect(problems).toEqual([]);
  });

  it("stand in the address with all that is set, and are the same where it is opened again", async () => {
    const { page, context, site } = await open(browser(), SPIRALS);
    await page.getByRole("radio", { name: "Moons" }).check({ force: true });
    const first = page.getByRole("spinbutton", { name: "Units of layer 1" });
    await first.fill("12");
    await first.press("Enter");
    await page.getByRole("group", { name: "Batch normalisation" }).getByText("Before").click();
    await page.getByLabel("Activation", { exact: true }).selectOption("tanh");
    const rate = page.getByRole("spinbutton", { name: "Learning rate" });
    await rate.fill("0.005");
    await rate.press("Enter");
    await page.getByRole("button", { name: "Compare with another network" }).click();
    await first.fill("5");
    await first.press("Enter");
    const expected = {
      ...{ data: "moons", compare: "yes", "a.layers": "12,8", "b.layers": "5,8" },
      ...{ "a.bn": "before", "b.bn": "before", "a.activation": "tanh", "a.etaMax": "0.005" },
    };
    await expect.poll(() => stateOf(page.url())).toMatchObject(expected);
    const commands = async (of: PlaygroundPage) => [await of.command("Model A"), await of.command("Model B")];
    const own = new PlaygroundPage(page);
    await expect.poll(async () => (await commands(own))[1]).toContain("--layers 5,8");

    const other = await context.newPage();
    await other.goto(page.url());
    const second = new PlaygroundPage(other);
    await second.train.waitFor();
    expect(stateOf(other.url())).toEqual(stateOf(page.url()));
    expect(new URL(other.url()).origin).toBe(new URL(site.url).origin);
    await expect.poll(() => commands(second)).toEqual(await commands(own));
    expect(await other.getByRole("spinbutton", { name: "Units of layer 1" }).inputValue()).toBe("12");
    expect(await other.getByRole("radio", { name: "Moons" }).isChecked()).toBe(true);
  });

  it("tell what an address says wrongly, and take the rest", async () => {
    const { page, playground } = await open(
      browser(),
      `${SHORT_SPIRALS}&a.bn=sideways&a.colour=red&a.batch=50`,
    );
    const notice = page.getByRole("status").filter({ hasText: "Not all of the link could be read" });
    expect(await notice.textContent()).toMatch(/There is no setting colour\./);
    expect(await notice.textContent()).toMatch(/bn is sideways\..*after/);
    expect(stateOf(page.url())).toMatchObject({ data: "spirals", "a.layers": "8", "a.epochs": "3" });
    await notice.getByRole("button", { name: "Dismiss" }).click();
    expect(await notice.count()).toBe(0);
    await playground.says(/^3 epochs of 36 steps$/);
  });

  it("tell that the data of an address are not part of the page", async () => {
    const { page } = await open(browser(), addressOf({ data: "cifar10", "a.limit": 1000, "a.epochs": 1 }));
    expect(await page.getByText("The link is for cifar10").textContent()).toMatch(/drop its files/i);
  });

  it("tell that settings cannot be trained, until they can", async () => {
    const { page, playground } = await open(browser(), `${SHORT_SPIRALS}&a.nesterov=yes`);
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/These settings cannot be trained/);
    expect(await playground.train.isDisabled()).toBe(true);
    await page.keyboard.press("t");
    await page.getByRole("group", { name: "Optimizer" }).getByText("Sgd").click();
    const momentum = page.getByRole("spinbutton", { name: "Momentum" });
    await page.getByText("All settings").click();
    await momentum.fill("0.9");
    await momentum.press("Enter");
    await alert.waitFor({ state: "detached" });
    await expect.poll(() => playground.train.isEnabled()).toBe(true);
  });

  it("come with presets, chosen by keyboard, side by side, and with one network again", async () => {
    const { page, playground, problems } = await open(browser(), SHORT_SPIRALS);
    await page.getByRole("button", { name: "Presets" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menu").waitFor();
    await page.keyboard.press("s");
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent ?? ""))
      .toMatch(/^SGD and Adam/);
    await page.keyboard.press("Enter");
    expect(await page.getByRole("menu").count()).toBe(0);
    await expect
      .poll(() => stateOf(page.url()))
      .toMatchObject({ data: "spirals", compare: "yes", "a.optimizer": "sgd", "b.optimizer": "adam" });
    for (const slot of ["A", "B"]) {
      await page.getByRole("group", { name: "Settings of" }).getByText(slot, { exact: true }).click();
      const epochs = page.getByRole("spinbutton", { name: "Epochs" });
      await epochs.fill("2");
      await epochs.press("Enter");
    }
    await page.getByLabel("Speed").selectOption("Full speed");
    await expect.poll(() => playground.progress("Training A")).toMatch(/^A: 2 epochs of/);
    await expect.poll(() => playground.progress("Training B")).toMatch(/^B: 2 epochs of/);
    await playground.trainToEnd();
    expect(await playground.hash("Model A")).not.toBe(await playground.hash("Model B"));
    expect(await page.getByRole("img", { name: /^Decision surface of [AB]/ }).count()).toBe(2);
    await page.getByRole("button", { name: "Only A" }).click();
    expect(stateOf(page.url())).not.toHaveProperty("compare");
    expect(await playground.panel("Model").count()).toBe(1);
    expect(problems).toEqual([]);
  });
});
