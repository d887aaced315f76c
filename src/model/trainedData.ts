/** The fingerprint of the data that a model was trained on: measured when it is wanted, while they are in its memory. */

/** Facts by name: "training samples", "validation samples". */
export type Fingerprint = Readonly<Record<string, unknown>>;

export class TrainedData {
  #measure: (() => Fingerprint) | undefined;
  #fingerprint: Fingerprint | undefined;

  /** Of data whose fingerprint is known. */
  static measured(fingerprint: Fingerprint): TrainedData {
    const known = new TrainedData(() => fingerprint);
    known.#fingerprint = fingerprint;
    return known;
  }

  constructor(measure: () => Fingerprint) {
    this.#measure = measure;
  }

  /** The fingerprint; undefined if it was not wanted before the data were gone. */
  get fingerprint(): Fingerprint | undefined {
    this.#fingerprint ??= this.#measure?.();
    return this.#fingerprint;
  }

  /** Says that the data are no longer in memory. */
  letGo(): void {
    this.#measure = undefined;
  }
}
