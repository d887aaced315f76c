/** Softmax, and its cross-entropy with the gradient in one pass. */

/** The largest of a row's scores. */
function largest(z: Float32Array, at: number, classes: number): number {
  let maximum = z[at]!;
  for (let j = at + 1; j < at + classes; j++) if (z[j]! > maximum) maximum = z[j]!;
  return maximum;
}

/** Writes exp(z − maximum) of the row from `at` on; returns the sum. */
function exponentials(
  out: Float32Array,
  z: Float32Array,
  at: number,
  classes: number,
  maximum: number,
): number {
  let sum = 0;
  for (let j = at; j < at + classes; j++) {
    const e = Math.exp(z[j]! - maximum);
    out[j] = e;
    sum += e;
  }
  return sum;
}

export function softmax(y: Float32Array, z: Float32Array, n: number, classes: number): void {
  for (let at = 0; at < n * classes; at += classes) {
    const factor = 1 / exponentials(y, z, at, classes, largest(z, at, classes));
    for (let j = at; j < at + classes; j++) y[j]! *= factor;
  }
}

/** Returns the sum of the losses; `dz` gets the gradient of their mean. */
export function forward(
  dz: Float32Array,
  z: Float32Array,
  labels: Uint8Array,
  n: number,
  classes: number,
): number {
  let loss = 0;
  for (let i = 0; i < n; i++) {
    const at = i * classes;
    const label = at + labels[i]!;
    const score = z[label]!;
    const maximum = largest(z, at, classes);
    const sum = exponentials(dz, z, at, classes, maximum);
    loss += Math.log(sum) + maximum - score;
    const factor = 1 / (sum * n);
    for (let j = at; j < at + classes; j++) dz[j]! *= factor;
    dz[label]! -= 1 / n;
  }
  return loss;
}
