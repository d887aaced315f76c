/** The kit of parts in Chromium, on its gallery: keys, pointer, screen readers' words, themes, narrow screens, a strict policy. */
import type { Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import {
  axe,
  describeInChromium,
  type OpenedPage,
  type OpenOptions,
  openPlayground,
  usePages,
} from "./helpers.ts";

describeInChromium("the kit", (browser) => {
  const folder = usePages("gallery.html");

  const open = async (options: OpenOptions["context"] = {}): Promise<OpenedPage> => {
    const opened = await openPlayground(browser(), {
      headers: "strict",
      folder: folder(),
      path: "gallery.html",
      context: { viewport: { width: 1280, height: 900 }, ...options },
    });
    await opened.page.getByRole("heading", { level: 1 }).waitFor();
    return opened;
  };

  const focused = (page: Page) =>
    page.evaluate(
      () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent,
    );
  /** What screen readers were told last. */
  const said = (page: Page) => page.locator("body > [aria-live]").textContent();
  const units = async (page: Page) =>
    Promise.all(
      (
        await page
          .locator(".side")
          .getByRole("spinbutton", { name: /^Units of layer/ })
          .all()
      ).map((one) => one.inputValue()),
    );
  const layers = "50,30,20,20,10,10,10,10".split(",");
  const centerOf = async (locator: Locator) => {
    await locator.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await locator.boundingBox())!;
    return { x: x + width / 2, y: y + height / 2 };
  };

  it.each(["light", "dark"] as const)(
    "has nothing that axe finds serious, and breaks no policy, in the %s theme",
    async (colorScheme) => {
      const { page, problems } = await open({ colorScheme });
      expect(await axe(page)).toEqual([]);
      await page.getByRole("button", { name: "Open dialog" }).click();
      await page.getByRole("dialog").waitFor();
      await page.waitForTimeout(400); // until it stands: while it comes its text is paler
      expect(await axe(page, "dialog[open]")).toEqual([]);
      expect(problems).toEqual([]);
    },
  );

  it.each([320, 360, 390, 768])("never scrolls sideways at %i px", async (width) => {
    const { page } = await open({ viewport: { width, height: 740 } });
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(widths[0]).toBe(widths[1]);
  });

  it("sticks the bar to the bottom of a phone, and stands it under the controls of a desk", async () => {
    const phone = await open({ viewport: { width: 390, height: 800 } });
    const bar = await phone.page.locator(".run-bar").boundingBox();
    expect(bar!.y + bar!.height).toBe(800);
    expect(bar!.width).toBe(390);
    const desk = await open();
    const beside = await desk.page.locator(".run-bar").boundingBox();
    expect(beside!.y + beside!.height).toBe(900);
    expect(beside!.width).toBeLessThan(400);
  });

  it("follows the system's theme until the reader chooses, and keeps the choice", async () => {
    const { page } = await open({ colorScheme: "dark" });
    const paper = () =>
      page.evaluate(() => getComputedStyle(document.querySelector("main .panel")!).backgroundColor);
    const dark = await paper();
    const lines = () =>
      page
        .locator(".line-chart canvas")
        .first()
        .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const before = await lines();
    await page.getByRole("button", { name: "Light theme" }).click();
    const light = await paper();
    expect([dark, light]).toEqual(["rgb(21, 24, 29)", "rgb(255, 255, 255)"]);
    await expect.poll(lines).not.toBe(before);
    await page.reload();
    expect(await paper()).toBe(light);
    await page.emulateMedia({ colorScheme: "light" });
    await page.getByRole("button", { name: "Dark theme" }).click();
    expect(await paper()).toBe(dark);
  });

  it("stands still where the system or the reader asks for it", async () => {
    const { page } = await open();
    const moving = () => page.evaluate(() => document.getAnimations().length);
    expect(await moving()).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Motion" }).click();
    expect(await moving()).toBe(0);
    await page.getByRole("button", { name: "Motion" }).click();
    expect(await moving()).toBeGreaterThan(0);
    const still = await open({ reducedMotion: "reduce" });
    expect(await still.page.evaluate(() => document.getAnimations().length)).toBe(0);
  });

  it("takes a number when it is right, and says what is wrong when it is not", async () => {
    const { page } = await open();
    const field = page.locator("main").getByRole("spinbutton", { name: "Learning rate" });
    await field.fill("2");
    await field.press("Enter");
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await field.getAttribute("aria-valuenow")).toBe("0.01");
    const about = page.locator(`[id="${await field.getAttribute("aria-describedby")}"]`);
    expect(await about.textContent()).toBe("From 0 to 1.");
    await field.press("Escape");
    expect(await field.inputValue()).toBe("0.01");
    expect(await field.getAttribute("aria-invalid")).toBe(null);
    for (const [key, value] of [
      ["ArrowUp", "0.02"],
      ["ArrowUp", "0.05"],
      ["ArrowDown", "0.02"],
      ["Shift+ArrowDown", "0.002"],
    ] as const) {
      await field.press(key);
      expect(await field.inputValue()).toBe(value);
    }
    await field.fill("1e-4");
    await field.blur();
    expect(await field.getAttribute("aria-valuenow")).toBe("0.0001");
  });

  it("goes through a segmented choice by arrow keys", async () => {
    const { page } = await open();
    const group = page.locator("main").getByRole("group", { name: "Batch normalization" });
    await group.getByRole("radio", { checked: true }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await group.getByRole("radio", { name: "After ReLU" }).isChecked()).toBe(true);
    await page.keyboard.press("ArrowRight");
    expect(await group.getByRole("radio", { name: "None" }).isChecked()).toBe(true);
  });

  it("edits layers by keys alone, with the focus on what was changed, and says what happened", async () => {
    const { page } = await open();
    expect(await units(page)).toEqual(layers);
    await page.locator(".side").getByRole("button", { name: "Move layer 1", exact: true }).focus();
    await page.keyboard.press("ArrowDown");
    expect(await units(page)).toEqual("30,50,20,20,10,10,10,10".split(","));
    expect(await focused(page)).toBe("Move layer 2");
    expect(await said(page)).toBe("Layer moved to place 2 of 8");
    await page.keyboard.press("Home");
    expect(await units(page)).toEqual(layers);
    await page.keyboard.press("ArrowUp");
    expect(await said(page)).toBe("This is the first layer");

    await page.locator(".side").getByRole("button", { name: "Add layer" }).press("Enter");
    expect(await focused(page)).toMatch(/^Units of layer 9/);
    expect(await said(page)).toBe("Layer 9 of 9 added, with 10 units");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("128");
    await page.keyboard.press("Enter");
    expect((await units(page)).at(-1)).toBe("128");
    expect(await page.locator(".side .layers-summary").textContent()).toContain("→ 10 → 128 → 10:");
    await page.keyboard.press("ArrowUp");
    expect((await units(page)).at(-1)).toBe("129");
    await page.keyboard.press("Alt+ArrowUp");
    expect((await units(page)).at(-2)).toBe("129");
    expect(await focused(page)).toMatch(/^Units of layer 8/);

    await page.locator(".side").getByRole("button", { name: "Remove layer 8" }).press("Enter");
    expect(await focused(page)).toBe("Remove layer 8");
    await page.keyboard.press("Enter");
    expect(await focused(page)).toBe("Remove layer 7");
    expect(await said(page)).toBe("Layer 8 removed, 7 layers left");
    for (let left = 7; left > 0; left--) await page.keyboard.press("Enter");
    expect(await units(page)).toEqual([]);
    expect(await focused(page)).toContain("Add layer");
    expect(await page.locator(".side .layers-summary").textContent()).toBe("3,072 → 10: 30,730 parameters");
  });

  it("resizes and moves layers with the pointer", async () => {
    const { page } = await open();
    const edge = await centerOf(page.locator('[data-part="edge"]').first());
    await page.mouse.move(edge.x, edge.y);
    await page.mouse.down();
    await page.mouse.move(edge.x + 10, edge.y, { steps: 3 });
    await page.mouse.move(edge.x + 40, edge.y, { steps: 3 });
    await page.mouse.up();
    const [wider, ...others] = await units(page);
    expect(Number(wider)).toBeGreaterThan(70);
    expect(others).toEqual(layers.slice(1));

    const from = await centerOf(
      page.locator(".side").getByRole("button", { name: "Move layer 1", exact: true }),
    );
    const to = await centerOf(
      page.locator(".side").getByRole("button", { name: "Move layer 3", exact: true }),
    );
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 8 });
    await page.mouse.up();
    expect(await units(page)).toEqual(["30", "20", wider, ...layers.slice(3)]);
  });

  it("draws by keys and with the pointer, and clears", async () => {
    const { page } = await open();
    const sheet = page.getByRole("application", { name: /^Draw a digit/ });
    const clear = page.locator(".draw-pad").first().getByRole("button", { name: "Clear" });
    /** How many of the sheet's pixels are dark. */
    const ink = () =>
      sheet.locator("canvas").evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const { data } = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height);
        let dark = 0;
        for (let i = 0; i < data.length; i += 4) if (data[i]! < 60 && data[i + 2]! < 60) dark++;
        return dark;
      });
    expect(await clear.isDisabled()).toBe(true);
    await sheet.focus();
    await page.keyboard.press("ArrowLeft");
    expect(await ink()).toBe(0);
    await page.keyboard.press("Space");
    expect(await said(page)).toBe("Pen down");
    const dot = await ink();
    expect(dot).toBeGreaterThan(0);
    const press = async (key: string, times: number) => {
      for (let i = 0; i < times; i++) await page.keyboard.press(key);
    };
    await press("ArrowDown", 6);
    expect(await ink()).toBeGreaterThan(2 * dot);
    await page.keyboard.press("Space");
    expect(await said(page)).toBe("Pen up");
    // The cursor covers what is under it: it is moved away to count.
    await press("ArrowRight", 6);
    const line = await ink();
    await press("ArrowRight", 3);
    expect(await ink()).toBe(line);
    await press("ArrowLeft", 9);
    await page.keyboard.press("Delete");
    await press("ArrowRight", 6);
    expect(await ink()).toBeLessThan(line);
    await clear.click();
    expect(await ink()).toBe(0);

    const middle = await centerOf(sheet);
    await page.mouse.move(middle.x - 40, middle.y);
    await page.mouse.down();
    await page.mouse.move(middle.x + 40, middle.y);
    await page.mouse.up();
    await page.mouse.move(middle.x, middle.y + 60);
    expect(await ink()).toBeGreaterThan(5 * dot);
  });

  it("opens a dialog that Escape closes, and gives the focus back", async () => {
    const { page } = await open();
    const opener = page.getByRole("button", { name: "Open dialog" });
    await opener.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Delete this run?" });
    await dialog.waitFor();
    // After the last one Tab leads out of the page, to the browser's own buttons.
    const inside = () =>
      dialog.evaluate(
        (element) => element.contains(document.activeElement) || document.activeElement === document.body,
      );
    for (let i = 0; i < 5; i++) {
      expect(await inside()).toBe(true);
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await focused(page)).toBe("Open dialog");
    await opener.click();
    await dialog.getByRole("button", { name: "Close" }).click();
    await dialog.waitFor({ state: "hidden" });
  });

  it("walks menus and tabs by keys", async () => {
    const { page } = await open();
    const opener = page.locator(".side").getByRole("button", { name: "Spirals" });
    await opener.press("ArrowDown");
    const menu = page.getByRole("menu");
    expect(await focused(page)).toContain("Spirals");
    await page.keyboard.press("s");
    expect(await focused(page)).toContain("Synthetic images");
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toContain("Spirals");
    await page.keyboard.press("Escape");
    expect(await menu.count()).toBe(0);
    expect(await focused(page)).toBe("Spirals");
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await page.locator(".toast").textContent()).toContain("moons");

    await page.getByRole("tab", { name: "Curves" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.getByRole("tabpanel").textContent()).toContain("dog");
    await page.keyboard.press("ArrowRight");
    expect(await focused(page)).toBe("Curves");
  });

  it("says in words and numbers what a chart shows, and follows the cursor", async () => {
    const { page } = await open();
    const chart = page.locator(".line-chart").first();
    expect(await chart.getByRole("img").getAttribute("aria-label")).toMatch(
      /^Loss\. with BN, training: 2\.3\d* at first, 0\.\d+ at epoch 40\. .*lowest 1\.\d+ at epoch 2\d\./,
    );
    const rows = chart.getByRole("row");
    expect(await rows.count()).toBe(21);
    expect(await rows.last().textContent()).toMatch(/^40/);
    const value = chart.locator(".legend-value").first();
    const last = await value.textContent();
    const over = await centerOf(chart.locator(".u-over"));
    await page.mouse.move(over.x, over.y);
    await expect.poll(() => value.textContent()).not.toBe(last);
    expect(await chart.locator(".legend-aside").textContent()).toBe("epoch 25");
    // Charts of one key share the cursor.
    expect(await page.locator(".line-chart .legend-aside").nth(1).textContent()).toBe("epoch 25");
    const cursor = chart.getByRole("slider", { name: "Cursor of Loss" });
    await cursor.focus();
    await page.keyboard.press("Home");
    expect(await cursor.getAttribute("aria-valuetext")).toMatch(/^epoch 0: with BN, training 2\.3/);
    await page.keyboard.press("ArrowRight");
    expect(await chart.locator(".legend-aside").textContent()).toBe("epoch 1");
    await page.keyboard.press("Tab");
    expect(await chart.locator(".legend-aside").textContent()).toBe("epoch 40");
    const series = chart.getByRole("button", { name: /^with BN, training/ });
    await series.click();
    expect(await series.getAttribute("aria-pressed")).toBe("false");
  });

  it("draws what moves, and nothing when it stands", async () => {
    const { page, problems } = await open();
    const panel = page.getByRole("region", { name: "In motion" });
    await panel.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => panel.locator(".legend-aside").textContent()).toMatch(/^step [1-9]\d/);
    await panel.getByRole("button", { name: "Pause" }).click();
    const at = await panel.locator(".progress-text").textContent();
    expect(at).toMatch(/^step \d+ of 600$/);
    const picture = () =>
      panel.locator(".line-chart canvas").evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    await expect.poll(() => panel.locator(".legend-aside").textContent()).toBe(at!.replace(" of 600", ""));
    const before = await picture();
    await page.waitForTimeout(300);
    expect(await picture()).toBe(before);
    expect(await panel.locator(".progress-text").textContent()).toBe(at);
    await expect
      .poll(() => panel.getByRole("img", { name: /^Loss in motion/ }).getAttribute("aria-label"))
      .toContain(`at ${at!.replace(" of 600", "")}`);
    expect(problems).toEqual([]);
  });

  it("shows at a glance which layers are dead", async () => {
    const { page } = await open();
    const [alive, dying] = await page.locator(".histograms").all(); // the third is the one in motion
    expect(await alive!.locator(".is-dead").count()).toBe(0);
    expect(await dying!.locator(".is-dead .histogram-name").allInnerTexts()).toEqual([
      "layer 7",
      "layer 8",
      "layer 9",
    ]);
    expect(await dying!.getByRole("row").last().textContent()).toContain("no signal");
    expect(await page.getByRole("img", { name: /^Spread of activations/ }).getAttribute("aria-label")).toBe(
      "Spread of activations. with BN: all layers carry a signal. without BN: 3 of 9 layers carry no signal.",
    );
  });

  it("walks the cells of a confusion matrix by keys, of many classes as well", async () => {
    const { page } = await open();
    const table = page.locator(".confusion-chart").first();
    const picture = page.locator(".confusion-chart").last();
    await table.locator('[data-cell="0,0"]').focus();
    await page.keyboard.press("ArrowRight");
    expect(await table.locator(".confusion-text").textContent()).toMatch(
      /^airplane: \d+ taken for automobile \(/,
    );
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toMatch(/^automobile: \d+ taken for truck/);
    await picture.getByRole("application").focus();
    await page.keyboard.press("ArrowDown");
    expect(await picture.locator(".confusion-text").textContent()).toMatch(
      /^class 2: \d+ taken for class 1 \(/,
    );
  });

  it("enlarges an image, and goes to the next", async () => {
    const { page } = await open();
    await page.getByRole("button", { name: "Enlarge is 0 1: 99%" }).press("Enter");
    const dialog = page.getByRole("dialog");
    expect(await dialog.getByRole("heading").textContent()).toBe("is 0");
    await page.keyboard.press("ArrowRight");
    expect(await dialog.getByRole("heading").textContent()).toBe("is 1");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  });

  it("takes files dropped anywhere, and shows so while they are dragged", async () => {
    const { page } = await open();
    const drag = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      data.items.add(new File(["a,b\n1,2\n"], "houses.csv", { type: "text/csv" }));
      return data;
    });
    await page.dispatchEvent("body", "dragenter", { dataTransfer: drag });
    await page.getByText("Drop your data here").waitFor();
    await page.dispatchEvent("body", "dragleave", { dataTransfer: drag });
    await page.getByText("Drop your data here").waitFor({ state: "hidden" });
    await page.dispatchEvent("body", "dragenter", { dataTransfer: drag });
    await page.dispatchEvent("body", "drop", { dataTransfer: drag });
    await page.getByText("Drop your data here").waitFor({ state: "hidden" });
    await page.getByText("1 files: houses.csv").waitFor();
  });

  it("fills a row's form, and says which text is no number", async () => {
    const { page } = await open();
    const form = page.getByRole("group", { name: "A row" });
    expect(await form.locator(".field-error").allInnerTexts()).toEqual(["“old” is not a number."]);
    await form.getByRole("button", { name: "Fill with a sample row" }).click();
    expect(await form.getByLabel("age").inputValue()).toBe("29");
    expect(await form.locator(".field-error").count()).toBe(0);
    await form.getByLabel("town").fill("Atlantis");
    expect(await form.locator(".field-error").textContent()).toContain("does not have this value");
  });

  it("copies a command", async () => {
    const { page } = await open({ permissions: ["clipboard-read", "clipboard-write"] });
    const field = page.getByRole("group", { name: "Command" });
    await field.getByRole("button").click();
    await field.getByText("Copied").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
      /^npx nnwasm train --data spirals/,
    );
  });
});
