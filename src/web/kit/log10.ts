/** Powers of ten, for axes and steps. */
import { exp, log } from "../../math.ts";

/** The logarithm to the base 10. */
export const log10 = (value: number): number => log(value) / Math.LN10;

/** 10^value. */
export const power10 = (value: number): number =>
  Number.isInteger(value) && Math.abs(value) < 300 ? Number(`1e${value}`) : exp(value * Math.LN10);
