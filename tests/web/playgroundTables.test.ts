/** Tables on the playground: described, trained to the command line's bits, asked for a row, and files that cannot be trained on. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { numberText, percentText } from "../../src/web/kit/format.ts";
import { runCli } from "../helpers/cli.ts";
import { folderOf, png } from "../helpers/imageFiles.ts";
import { describeInChromium } from "./helpers.ts";
import { houses } from "./houses.ts";
import { hashOfShown, open, type PlaygroundPage, SHORT_SPIRALS, temporaryFolder } from "./playgroundPage.ts";

const ROW = { city: 'Bad "Q" Quell', rooms: "", "area m²": "88.5", garden: "yes" };
const ROW_CSV = (more: string, value: string) =>
  `city,rooms,area m²,garden,${more}\n"Bad ""Q"" Quell",,88.5,yes,${value}\n`;

async function setEpochs(page: Page, epochs: number): Promise<void> {
  const field = page.getByRole("spinbutton", { name: "Epochs" });
  await field.fill(String(epochs));
  await field.press("Enter");
}

/** Fills the form of a row, whatever its fields are. */
async function fill(form: Locator, row: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(row)) {
    const field = form.getByLabel(name, { exact: true });
    if ((await field.evaluate(({ tagName }) => tagName)) === "SELECT") await field.selectOption(value);
    else await field.fill(value);
  }
}

/** Asks the model for the row, and waits for an answer to it. */
async function ask(playground: PlaygroundPage, row: Readonly<Record<string, string>>, words: string) {
  const panel = playground.panel("Try it");
  await fill(panel.getByRole("group", { name: "A row", exact: true }), row);
  await expect.poll(() => panel.locator(".answer").textContent(), { timeout: 30_000 }).toContain(words);
}

describeInChromium("tables on the playground", (browser) => {
  it("are described, and a number is learned and predicted as on the command line", async () => {
    const { page, playground, problems } = await open(browser(), SHORT_SPIRALS);
    await playground.drop([{ name: "my houses.csv", content: houses() }]);
    const target = page.getByLabel("Column to be predicted");
    // A usual name is guessed.
    expect(await target.inputValue()).toBe("price");
    await expect
      .poll(() => playground.facts())
      .toMatchObject({
        ...{ Data: "my houses.csv", Training: "120", Validation: "30", Predicted: "price (a number)" },
      });
    await setEpochs(page, 8);
    await playground.says(/^8 epochs of/);
    await playground.trainToEnd();

    const folder = temporaryFolder();
    writeFileSync(join(folder, "my houses.csv"), houses());
    const command = await playground.command();
    expect(command).toContain("npx nnwasm train 'my houses.csv'");
    const hash = await playground.hash();
    expect(await hashOfShown(command, folder)).toBe(hash);

    const model = await playground.download(folder);
    expect(model).toBe(join(folder, "model.safetensors"));
    writeFileSync(join(folder, "row.csv"), ROW_CSV("kind", "town house"));
    const { stdout } = await runCli(["predict", "model.safetensors", "row.csv", "--json"], folder);
    const price = (JSON.parse(stdout) as { price: number }).price;
    const words = `price: ${numberText(price)}`;
    const row = { ...ROW, kind: "town house" };
    await ask(playground, row, words);

    const importance = playground.panel("Columns by importance");
    await importance.getByRole("button", { name: "Measure" }).click();
    await expect.poll(() => importance.textContent(), { timeout: 30_000 }).toMatch(/area m²/);

    // The file, opened in a page that has trained nothing.
    await page.goto(page.url().replace(/#.*/, SHORT_SPIRALS));
    await page.reload();
    await playground.choose(model, "Open a model …");
    await ask(playground, row, words);
    expect(problems).toEqual([]);
  });

  it("have a class learned and predicted as on the command line, once it is chosen", async () => {
    const { page, playground, problems } = await open(browser(), SHORT_SPIRALS);
    const folder = temporaryFolder();
    writeFileSync(join(folder, "houses.csv"), houses());
    await playground.choose(join(folder, "houses.csv"));
    await page.getByLabel("Column to be predicted").selectOption("kind");
    await expect.poll(async () => (await playground.facts()).Predicted).toBe("3 classes");
    await setEpochs(page, 8);
    await playground.says(/^8 epochs of/);
    await playground.trainToEnd();
    expect(await hashOfShown(await playground.command(), folder)).toBe(await playground.hash());
    expect(await playground.panel("What it gets right, and wrong").textContent()).toMatch(
      /of 30 samples recognized/,
    );

    await playground.download(folder);
    writeFileSync(join(folder, "row.csv"), ROW_CSV("price", "350000"));
    const { stdout } = await runCli(["predict", "model.safetensors", "row.csv", "--json"], folder);
    const answer = JSON.parse(stdout) as { class: string; probabilities: Record<string, number> };
    const row = { ...ROW, price: "350000" };
    await ask(playground, row, `${answer.class}${percentText(answer.probabilities[answer.class]!)}`);
    const shown = await playground.panel("Try it").locator(".answer").textContent();
    for (const [name, share] of Object.entries(answer.probabilities)) {
      expect(shown).toContain(`${name}${percentText(share)}`);
    }
    expect(problems).toEqual([]);
  });

  it("have the settings of a link once they are opened", async () => {
    const { page, playground } = await open(browser(), "#data=files&a.members=1&a.target=kind&a.epochs=7");
    const notice = page.getByRole("status").filter({ hasText: "The link is for files" });
    await notice.waitFor();
    await playground.drop([{ name: "houses.csv", content: houses() }]);
    await playground.says(/^7 epochs of/);
    expect(await page.getByLabel("Column to be predicted").inputValue()).toBe("kind");
    expect(await notice.count()).toBe(0);
    expect(new URL(page.url()).hash).toBe("#data=files&a.members=1&a.target=kind&a.epochs=7");
  });
});

/** What cannot be trained on, with what is said of it. */
const BAD: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  [
    "ragged.csv",
    "a,b,y\n1,2,3\n4,5,6\n7,8\n9,10,11\n",
    /ragged\.csv, line 4: the row has 2 cells, expected 3/,
  ],
  ["empty.csv", "", /empty\.csv .*empty|empty\.csv has no/],
  ["book.xlsx", Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 6, 0]), /book\.xlsx .*(CSV|Excel)/],
  [
    "cat.png",
    png(4, 4, () => [0, 0, 0]),
    /An image, cat\.png, has no folder that is a class\. Drop the folder/,
  ],
];

describeInChromium("files that cannot be trained on", (browser) => {
  it("are told, one after the other, and the page goes on", async () => {
    const { playground, problems } = await open(browser(), SHORT_SPIRALS);
    const alert = playground.panel("Data").getByRole("alert");
    for (const [name, content, words] of BAD) {
      await playground.drop([{ name, content }]);
      await expect
        .poll(() => alert.allTextContents(), { timeout: 30_000 })
        .toEqual([expect.stringMatching(words)]);
      expect((await playground.facts()).Data).toBe("spirals");
      expect(await playground.train.isEnabled()).toBe(true);
    }
    await alert.getByRole("button", { name: "Dismiss" }).click();
    expect(await alert.count()).toBe(0);
    await playground.trainToEnd();
    expect(await playground.hash()).toMatch(/^[0-9a-f]{64}$/);
    expect(problems).toEqual([]);
  });

  it("are told where it shows late: an image in a folder of them that is broken", async () => {
    const { page, playground, problems } = await open(browser(), SHORT_SPIRALS);
    const whole = (grey: number) => png(8, 8, () => [grey, grey, grey]);
    const folder = folderOf({
      ...{ "cats/1.png": whole(20), "cats/2.png": whole(30), "dogs/1.png": whole(220) },
      "dogs/2.png": whole(230).subarray(0, 60),
    });
    await playground.choose(folder, "A folder of images …");
    const alert = page.getByRole("alert").filter({ hasText: "dogs/2.png" });
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/These settings cannot be trained.*dogs\/2\.png/);
    expect(await playground.train.isDisabled()).toBe(true);
    await page.getByRole("radio", { name: "Spirals" }).check({ force: true });
    await alert.waitFor({ state: "detached" });
    await expect.poll(() => playground.train.isEnabled()).toBe(true);
    expect(problems).toEqual([]);
  });

  it("and a table asks for what is to be predicted where nothing can be guessed, and says why not", async () => {
    const { page, playground } = await open(browser(), SHORT_SPIRALS);
    await playground.drop([{ name: "same.csv", content: "a,b\n1,x\n1,x\n1,x\n1,x\n" }]);
    const target = page.getByLabel("Column to be predicted");
    await target.waitFor();
    expect(await target.locator("option:checked").textContent()).toBe("Choose one …");
    const about = page.locator(`[id="${await target.getAttribute("aria-describedby")}"]`);
    expect(await about.textContent()).toMatch(/^None of these columns can be predicted. a: .*b: /);
    expect(await playground.train.isDisabled()).toBe(true);
    await playground.drop([{ name: "houses.csv", content: houses() }]);
    await expect.poll(async () => (await playground.facts()).Data).toBe("houses.csv");
    await expect.poll(() => playground.train.isEnabled()).toBe(true);
  });
});
