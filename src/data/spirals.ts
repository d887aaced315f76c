/** Two interleaved spirals: the hardest of the toys, as their arms must be told apart at every distance from the origin. */
import { cosPi } from "../math.ts";
import type { Dataset } from "./dataset.ts";
import { sinPi, type Toy, type ToyOptions, toyDataset } from "./toy.ts";

/** How often an arm goes round. */
const TURNS = 1.5;

const toy: Toy = {
  name: "spirals",
  classNames: ["first arm", "second arm"],
  noise: 0.03,
  point(label, random) {
    // By the root the points are as dense on the long outer turns as on the inner ones.
    const radius = Math.sqrt(random.uniform());
    // The second arm is the first one, turned by half a turn.
    const angle = 2 * TURNS * radius + label;
    return [radius * cosPi(angle), radius * sinPi(angle)];
  },
};

/**
 * 2,000 training and 1,000 test points of two interleaved spirals within the circle of radius 1, half of them of each arm. The
 * default of the noise is 0.03.
 * @throws ConfigError if the seed is not an integer from 0 to 2^53 − 1, or the noise not a number ≥ 0
 */
export const spirals = (options: ToyOptions = {}): Dataset => toyDataset(toy, options);
