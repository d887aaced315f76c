/** The playground's first page: nine layers with and without batch normalisation, side by side, to the command line's bits. */
import { expect, it } from "vitest";
import { describeInChromium } from "./helpers.ts";
import { addressOf, hashOfShown, open, temporaryFolder } from "./playgroundPage.ts";

const NINE = "50,30,20,20,10,10,10,10";
const SETTINGS = { layers: NINE, init: "normal:0.01", limit: 2000, validation: 500, batch: 50, epochs: 6 };

const both = (settings: Readonly<Record<string, string | number>>) =>
  Object.fromEntries(
    ["a", "b"].flatMap((slot) => Object.entries(settings).map(([name, value]) => [`${slot}.${name}`, value])),
  );
const NINE_LAYERS = addressOf({ data: "synthetic", ...both(SETTINGS), "b.bn": "after", compare: "yes" });

describeInChromium("the playground", (browser) => {
  it("begins with nine layers, without and with batch normalisation", async () => {
    const { page, playground, problems } = await open(browser(), "");
    const given = new URLSearchParams(new URL(page.url()).hash.slice(1));
    expect(Object.fromEntries(given)).toMatchObject({
      ...{ data: "synthetic", compare: "yes", "a.layers": NINE, "b.layers": NINE },
      ...{ "a.init": "normal:0.01", "b.init": "normal:0.01", "b.bn": "after" },
    });
    expect(given.has("a.bn")).toBe(false);
    expect(await playground.command("Model B")).toBe(
      `npx nnwasm train synthetic --limit 5000 --validation 1000 --layers ${NINE} --init normal:0.01 --bn`,
    );
    expect(problems).toEqual([]);
  });

  it("shows that one dies and the other lives, to the bits of the commands that it shows", async () => {
    const { page, playground, problems } = await open(browser(), NINE_LAYERS);
    await playground.trainToEnd();

    const last = (await playground.table("Loss", 6)).at(-1)!;
    expect(last.epoch).toBe("6");
    expect(Number(last["A validation"])).toBeCloseTo(Math.LN10, 2);
    expect(Number(last["B validation"])).toBeLessThan(Number(last["A validation"]) - 0.1);

    const verdicts = page.getByRole("region", { name: "Verdict" }).locator(".verdict");
    expect(await verdicts.nth(0).textContent()).toMatch(
      /^A9 layers, no batch normalisation, .*No gradient reaches the first layers.*: it guesses\.$/,
    );
    expect(await verdicts.nth(1).textContent()).toMatch(
      /^B9 layers, batch normalisation after .*Signal and gradient get through/,
    );
    const gradients = await playground.table("Spread of the gradients, layer by layer", 9);
    expect(gradients.map(({ layer }) => layer)).toEqual([..."12345678", "output"]);
    expect(Number(gradients[0]!.A)).toBeLessThan(1e-10);
    expect(Number(gradients[0]!.B)).toBeGreaterThan(1e-6);

    const results = playground.panel("What it gets right, and wrong");
    expect(await results.getByText(/^[\d,]+ of 500 samples recognized/).count()).toBe(2);
    const weights = playground.panel("First layer’s weights");
    expect(await weights.getByRole("button", { name: "Enlarge unit 50" }).count()).toBe(2);

    const folder = temporaryFolder();
    for (const model of ["Model A", "Model B"]) {
      const hash = await playground.hash(model);
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
      expect(await hashOfShown(await playground.command(model), folder)).toBe(hash);
    }
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(problems).toEqual([]);
  });
});
