/**
 * Light or dark, and whether things move: the reader's choice, else the system's. A choice is stored, and stands as
 * `data-theme` and `data-motion` on the document's root, where the style sheets look for it.
 */
import { batch, type ReadonlySignal, signal } from "@preact/signals";
import { store, stored } from "./storage.ts";

const THEMES = ["system", "light", "dark"] as const;
const MOTIONS = ["system", "on", "off"] as const;
export type ThemeChoice = (typeof THEMES)[number];
export type MotionChoice = (typeof MOTIONS)[number];
export type Theme = "light" | "dark";

const STORED_THEME = "nnwasm.theme";
const STORED_MOTION = "nnwasm.motion";

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const prefersStill = matchMedia("(prefers-reduced-motion: reduce)");

const themeChosen = signal<ThemeChoice>("system");
const motionChosen = signal<MotionChoice>("system");
const themeNow = signal<Theme>("light");
const motionNow = signal(true);

/** What the reader has chosen; "system" until then. */
export const themeChoice: ReadonlySignal<ThemeChoice> = themeChosen;
export const motionChoice: ReadonlySignal<MotionChoice> = motionChosen;
/** What holds now. It changes when the document already has the new colours, so that a canvas can read them. */
export const theme: ReadonlySignal<Theme> = themeNow;
/** Whether things may move. */
export const motion: ReadonlySignal<boolean> = motionNow;

function attribute(name: string, choice: string): void {
  if (choice === "system") delete document.documentElement.dataset[name];
  else document.documentElement.dataset[name] = choice;
}

function apply(themeIs: ThemeChoice, motionIs: MotionChoice): void {
  attribute("theme", themeIs);
  attribute("motion", motionIs);
  batch(() => {
    themeChosen.value = themeIs;
    motionChosen.value = motionIs;
    themeNow.value = themeIs === "system" ? (prefersDark.matches ? "dark" : "light") : themeIs;
    motionNow.value = motionIs === "system" ? !prefersStill.matches : motionIs === "on";
  });
}

/** Chooses light or dark, or leaves it to the system, and stores the choice. */
export function chooseTheme(choice: ThemeChoice): void {
  store(STORED_THEME, choice === "system" ? undefined : choice);
  apply(choice, motionChosen.peek());
}

/** Chooses whether things move, or leaves it to the system, and stores the choice. */
export function chooseMotion(choice: MotionChoice): void {
  store(STORED_MOTION, choice === "system" ? undefined : choice);
  apply(themeChosen.peek(), choice);
}

/** From light to dark or back. */
export const toggleTheme = (): void => chooseTheme(themeNow.peek() === "dark" ? "light" : "dark");

const follow = (): void => apply(themeChosen.peek(), motionChosen.peek());
prefersDark.addEventListener("change", follow);
prefersStill.addEventListener("change", follow);
apply(stored(STORED_THEME, THEMES) ?? "system", stored(STORED_MOTION, MOTIONS) ?? "system");
