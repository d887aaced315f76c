/** The references. */
import { type Block, heading } from "../document/blocks.ts";

const REFERENCES = [
  "M. A. Csizmadia, “Assignment 3”, report for DD2424 Deep Learning in Data Science, KTH, April 2021.",
  "L. N. Smith, “Cyclical learning rates for training neural networks”, IEEE Winter Conference on " +
    "Applications of Computer Vision (WACV), 2017, pp. 464–472.",
  "S. Ioffe and C. Szegedy, “Batch normalization: accelerating deep network training by reducing " +
    "internal covariate shift”, International Conference on Machine Learning (ICML), 2015, pp. 448–456.",
];

export const references = (): Block[] => [
  heading(2, "References"),
  { kind: "list", numbered: true, items: REFERENCES },
];
