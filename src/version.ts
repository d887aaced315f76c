/** The package's version, as package.json has it: a page cannot read that. */
export const VERSION = "0.1.0";
