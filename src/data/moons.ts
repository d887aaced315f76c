/** Two half moons, each of which reaches into the other's bend: scikit-learn's make_moons, about the origin. */
import { cosPi } from "../math.ts";
import type { Dataset } from "./dataset.ts";
import { sinPi, type Toy, type ToyOptions, toyDataset } from "./toy.ts";

const toy: Toy = {
  name: "moons",
  classNames: ["upper moon", "lower moon"],
  noise: 0.15,
  point(label, random) {
    const angle = random.uniform();
    const [x, y] = [cosPi(angle), sinPi(angle)];
    // The lower one is the upper one, turned by half a turn about the point (½, ¼), which becomes the origin.
    return label === 0 ? [x - 0.5, y - 0.25] : [0.5 - x, 0.25 - y];
  },
};

/**
 * 2,000 training and 1,000 test points of two half moons of radius 1, half of them of each. The default of the noise is 0.15.
 * @throws ConfigError if the seed is not an integer from 0 to 2^53 − 1, or the noise not a number ≥ 0
 */
export const moons = (options: ToyOptions = {}): Dataset => toyDataset(toy, options);
