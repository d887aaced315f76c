/**
 * Whether this binary is for engines that widen pairs of vectors to 256 bits: 1 or 0, which asconfig.json gives to each target. The
 * compiler removes the branch that is not taken.
 */
declare const WIDE: i32;
