/** Small choices of the reader's that outlive the page. A browser may forbid storage: then they last as long as the page. */

/** What is stored under a name, if it is one of these. */
export function stored<T extends string>(name: string, allowed: readonly T[]): T | undefined {
  try {
    const value = localStorage.getItem(name);
    return allowed.find((one) => one === value);
  } catch {
    return undefined;
  }
}

/** Stores a text under a name, or takes it away. */
export function store(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // The choice holds until the page is closed.
  }
}
