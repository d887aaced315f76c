/**
 * Batch normalisation, a feature at a time. The sums, which are doubles, stay in registers, which takes half the time of
 * passes over the rows.
 */

export function forward(
  y: Float32Array,
  xHat: Float32Array,
  mean: Float32Array,
  variance: Float32Array,
  invStd: Float32Array,
  x: Float32Array,
  gamma: Float32Array,
  beta: Float32Array,
  epsilon: number,
  n: number,
  d: number,
): void {
  const end = n * d;
  for (let j = 0; j < d; j++) {
    let sum = 0;
    for (let p = j; p < end; p += d) sum += x[p]!;
    const m = sum / n;
    let squares = 0;
    for (let p = j; p < end; p += d) {
      const deviation = x[p]! - m;
      squares += deviation * deviation;
    }
    const v = squares / n;
    const s = 1 / Math.sqrt(v + epsilon);
    mean[j] = m;
    variance[j] = v;
    invStd[j] = s;
    const g = gamma[j]!;
    const b = beta[j]!;
    for (let p = j; p < end; p += d) {
      const normalised = (x[p]! - m) * s;
      xHat[p] = normalised;
      y[p] = g * normalised + b;
    }
  }
}

export function movingAverage(moving: Float32Array, batch: Float32Array, momentum: number): void {
  for (let j = 0; j < moving.length; j++) moving[j] = momentum * moving[j]! + (1 - momentum) * batch[j]!;
}

export function inference(
  y: Float32Array,
  x: Float32Array,
  gamma: Float32Array,
  beta: Float32Array,
  movingMean: Float32Array,
  movingVariance: Float32Array,
  epsilon: number,
  n: number,
  d: number,
): void {
  const end = n * d;
  for (let j = 0; j < d; j++) {
    const m = movingMean[j]!;
    const scale = gamma[j]! / Math.sqrt(movingVariance[j]! + epsilon);
    const b = beta[j]!;
    for (let p = j; p < end; p += d) y[p] = (x[p]! - m) * scale + b;
  }
}

export function backward(
  dx: Float32Array,
  dGamma: Float32Array,
  dBeta: Float32Array,
  dy: Float32Array,
  xHat: Float32Array,
  gamma: Float32Array,
  invStd: Float32Array,
  n: number,
  d: number,
): void {
  const end = n * d;
  for (let j = 0; j < d; j++) {
    let sum = 0;
    let product = 0;
    for (let p = j; p < end; p += d) {
      const v = dy[p]!;
      sum += v;
      product += v * xHat[p]!;
    }
    dBeta[j] = sum;
    dGamma[j] = product;
    const factor = gamma[j]! * invStd[j]!;
    const meanDy = sum / n;
    const meanProduct = product / n;
    for (let p = j; p < end; p += d) dx[p] = factor * (dy[p]! - meanDy - xHat[p]! * meanProduct);
  }
}
