/** Images on the playground: a folder of them, MNIST and CIFAR-10 as they come, and a model's answers to what is drawn. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { FILES } from "../helpers/cifarFixture.ts";
import { folderOf, jpg, type Painter, png } from "../helpers/imageFiles.ts";
import { describeInChromium } from "./helpers.ts";
import { addressOf, hashOfShown, open, temporaryFolder } from "./playgroundPage.ts";

const SIDE = 12;

/** Forty images of a white bar on black, upright or level, where it is not always the same; half of them are JPEG. */
function bars(): string {
  const of = (isUpright: boolean, i: number): [string, Buffer] => {
    const at = 3 + (i % 6);
    const painter: Painter = (x, y) => {
      const across = isUpright ? x : y;
      const ink = Math.abs(across - at) < 2 ? 250 - i : (7 * i) % 30;
      return [ink, ink, ink];
    };
    const name = `bars/${isUpright ? "upright" : "level"}/${i}`;
    return i % 2 === 0
      ? [`${name}.png`, png(SIDE, SIDE, painter)]
      : [`${name}.jpg`, jpg(SIDE, SIDE, painter)];
  };
  return folderOf(
    Object.fromEntries(
      [true, false].flatMap((isUpright) => Array.from({ length: 20 }, (_, i) => of(isUpright, i))),
    ),
  );
}

/** Draws a line on the sheet, from a place to another, in shares of it. */
async function draw(
  page: Page,
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
): Promise<void> {
  const sheet = page.getByRole("application", { name: /^Draw something/ });
  await sheet.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await sheet.boundingBox())!;
  await page.mouse.move(x + x1 * width, y + y1 * height);
  await page.mouse.down();
  await page.mouse.move(x + x2 * width, y + y2 * height, { steps: 8 });
  await page.mouse.up();
}

describeInChromium("images on the playground", (browser) => {
  it("of a folder train to the command line's bits, and the model answers to what is drawn", async () => {
    const { page, playground, problems } = await open(
      browser(),
      addressOf({ data: "files", "a.layers": "16", "a.optimizer": "adam", "a.epochs": 30, "a.batch": 8 }),
    );
    const folder = bars();
    await playground.choose(join(folder, "bars"), "A folder of images …");
    await expect
      .poll(() => playground.facts(), { timeout: 30_000 })
      .toMatchObject({
        ...{
          Data: "bars",
          Training: "32",
          Validation: "8",
          Images: "12 × 12, colours",
          Predicted: "2 classes",
        },
      });
    await playground.trainToEnd();
    expect(await playground.hash()).toBe(await hashOfShown(await playground.command(), folder));
    const weights = playground.panel("First layer’s weights");
    expect(await weights.getByRole("button", { name: "Enlarge unit 16" }).count()).toBe(1);

    const label = playground.panel("Try it").locator(".answer-label");
    await draw(page, [0.5, 0.02], [0.5, 0.98]);
    await expect.poll(() => label.textContent()).toBe("upright");
    await page.getByRole("button", { name: "Clear" }).click();
    await draw(page, [0.02, 0.5], [0.98, 0.5]);
    await expect.poll(() => label.textContent()).toBe("level");
    await playground.choose(join(folder, "bars/upright/4.png"), "Or open an image …");
    await expect.poll(() => label.textContent()).toBe("upright");
    expect(problems).toEqual([]);
  });

  const data = process.env.NNWASM_DATA;
  const has = (...path: string[]) => data !== undefined && existsSync(join(data, ...path));
  const nowhere = (is: boolean) => (is ? "" : " (NNWASM_DATA has none)");

  const mnist = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
  ];
  const hasMnist = has("mnist", `${mnist[0]}.gz`);
  it.skipIf(!hasMnist)(`of MNIST's four files do so, too${nowhere(hasMnist)}`, async () => {
    const { page, playground, problems } = await open(
      browser(),
      addressOf({ data: "files", "a.layers": "32", "a.limit": 4000, "a.validation": 500, "a.epochs": 2 }),
    );
    await playground.choose(mnist.map((name) => join(data!, "mnist", `${name}.gz`)));
    await expect
      .poll(() => playground.facts(), { timeout: 60_000 })
      .toMatchObject({
        ...{ Data: "mnist", Training: "4,000", Images: "28 × 28, grey", Predicted: "10 classes" },
      });
    await playground.trainToEnd();
    const command = await playground.command();
    expect(await hashOfShown(command, temporaryFolder(), { NNWASM_DATA: data! })).toBe(
      await playground.hash(),
    );
    await draw(page, [0.5, 0.2], [0.5, 0.8]);
    await expect.poll(() => playground.panel("Try it").locator(".answer-label").textContent()).toBe("1");
    expect(problems).toEqual([]);
  });

  const cifar = (name: string) => join("cifar-10-batches-bin", name);
  const hasCifar = FILES.every((name) => has(cifar(name)));
  it.skipIf(!hasCifar)(`of CIFAR-10's six files do so, too${nowhere(hasCifar)}`, async () => {
    const { playground, problems } = await open(
      browser(),
      addressOf({ data: "files", "a.layers": "30", "a.limit": 2000, "a.validation": 500, "a.epochs": 1 }),
    );
    await playground.choose(FILES.map((name) => join(data!, cifar(name))));
    await expect
      .poll(() => playground.facts(), { timeout: 60_000 })
      .toMatchObject({
        ...{ Data: "cifar10", Training: "2,000", Images: "32 × 32, colours", Predicted: "10 classes" },
      });
    await playground.trainToEnd();
    const command = await playground.command();
    expect(await hashOfShown(command, temporaryFolder(), { NNWASM_DATA: data! })).toBe(
      await playground.hash(),
    );
    expect(problems).toEqual([]);
  });
});
