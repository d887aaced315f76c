/** The style sheets' colours: those of the plots, and of enough contrast in both themes. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PALETTE } from "../../src/report/charts/style.ts";

const css = readFileSync(new URL("../../src/web/kit/tokens.css", import.meta.url), "utf8");
const tokens = new Map(
  [...css.matchAll(/--([\w-]+):\s*light-dark\((#[\da-f]{6}),\s*(#[\da-f]{6})\)/g)].map(
    ([, name, light, dark]) => [name!, { light: light!, dark: dark! }],
  ),
);
/** Tokens that are other tokens: --series-1: var(--blue). */
for (const [, name, other] of css.matchAll(/--([\w-]+):\s*var\(--([\w-]+)\);/g))
  tokens.set(name!, tokens.get(other!)!);

/** Relative luminance, as WCAG 2.2 defines it. */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const value = Number.parseInt(color.slice(i, i + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return (light! + 0.05) / (dark! + 0.05);
}

const THEMES = ["light", "dark"] as const;

it("has the colours of the plots under the same names", () => {
  for (const name of ["paper", "ink", "muted", "grid", "axis", "blue", "vermilion", "green"] as const)
    expect(tokens.get(name), name).toEqual(PALETTE[name]);
});

describe.each(THEMES)("in the %s theme", (theme) => {
  const color = (name: string) => tokens.get(name)![theme];

  it.each([
    ["ink", ["paper", "page", "well", "float", "hover", "pressed"]],
    ["muted", ["paper", "page", "well", "float", "hover"]],
    ["link", ["paper", "page", "well", "float"]],
    ["on-accent", ["accent", "accent-hover", "accent-pressed"]],
    ["info-text", ["paper", "info-tint"]],
    ["success-text", ["paper", "success-tint"]],
    ["warning-text", ["paper", "warning-tint"]],
    ["error-text", ["paper", "error-tint"]],
    ["ink", ["info-tint", "success-tint", "warning-tint", "error-tint"]],
  ])("%s is read on %s", (text, papers) => {
    for (const paper of papers)
      expect(contrast(color(text), color(paper)), paper).toBeGreaterThanOrEqual(4.5);
  });

  it("series and the edges of controls are seen on paper", () => {
    const seen = [...Array.from({ length: 10 }, (_, i) => `series-${i + 1}`), "edge", "axis", "focus"];
    for (const name of seen) expect(contrast(color(name), color("paper")), name).toBeGreaterThanOrEqual(3);
  });
});
