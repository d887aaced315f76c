/** Settings of images: how a training changes them. ofTables.ts has their size. */
import { setting } from "./setting.ts";
import { integer, number, yesOrNo } from "./types.ts";

/** The settings that change images in a training. They have no default, as other data have none of them. */
export const AUGMENTATIONS = ["flip", "shift", "noise"] as const;

/** @param group under which `--help` shows them */
export const imageSettings = (group: string) => ({
  flip: setting({
    ...{ group, flags: "--flip", type: yesOrNo() },
    help: "of images: mirror each left to right with probability ½ in a training step",
    usual: "not",
    words: { "--flip": "hflip horizontal-flip random-flip fliplr mirror augment" },
  }),
  shift: setting({
    ...{ group, flags: "--shift <pixels>", type: integer(0) },
    help: "of images: move each by up to so many pixels, in both directions, in a training step",
    usual: "none",
    words: { "--shift": "translate random-crop crop-padding width-shift height-shift" },
  }),
  noise: setting({
    ...{ group, flags: "--noise <sigma>", type: number({ least: 0, most: 1000 }) },
    help: "of images: standard deviation of the noise that is added to standardised inputs in a training step",
    usual: "none",
    words: { "--noise": "gaussian-noise noise-std input-noise" },
  }),
});
