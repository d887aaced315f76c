/** Tells a screen reader what has changed where nobody's focus is. */

let region: HTMLElement | undefined;

/** Says a sentence, politely: after what is being read. The same sentence twice is said twice. */
export function announce(sentence: string): void {
  if (region === undefined || !region.isConnected) {
    region = document.createElement("div");
    region.className = "visually-hidden";
    region.setAttribute("aria-live", "polite");
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  // A region whose text does not change is not read again: a no-break space makes the difference.
  region.textContent = region.textContent === sentence ? `${sentence}\u00a0` : sentence;
}
