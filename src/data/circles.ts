/** A circle within another one: scikit-learn's make_circles. */
import { cosPi } from "../math.ts";
import type { Dataset } from "./dataset.ts";
import { sinPi, type Toy, type ToyOptions, toyDataset } from "./toy.ts";

/** The radii of the outer circle and of the inner one. */
const RADII = [1, 0.5] as const;

const toy: Toy = {
  name: "circles",
  classNames: ["outer circle", "inner circle"],
  noise: 0.1,
  point(label, random) {
    const angle = 2 * random.uniform();
    const radius = RADII[label as 0 | 1];
    return [radius * cosPi(angle), radius * sinPi(angle)];
  },
};

/**
 * 2,000 training and 1,000 test points of two circles of radius 1 and ½ about the origin, half of them of each. The default of
 * the noise is 0.1.
 * @throws ConfigError if the seed is not an integer from 0 to 2^53 − 1, or the noise not a number ≥ 0
 */
export const circles = (options: ToyOptions = {}): Dataset => toyDataset(toy, options);
