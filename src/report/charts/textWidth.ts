/**
 * Computes how wide a text is without the machine's fonts. It uses the advance widths of Liberation Sans, which are made to
 * be those of Arial and Helvetica.
 */

/** Characters by their width, in thousandths of the font's size. */
const WIDTHS: readonly (readonly [width: number, characters: string])[] = [
  [191, "'"],
  [222, "ijl"],
  [260, "|"],
  [278, " !,./:;I[\\]ft"],
  [333, "()-`r"],
  [334, "{}"],
  [355, '"'],
  [389, "*"],
  [469, "^"],
  [500, "Jckvsxyz"],
  [556, "#$0123456789?L_abdeghnopqu"],
  [584, "+<=>~"],
  [611, "FTZ"],
  [667, "&ABEKPSVXY"],
  [722, "CDHNRUw"],
  [778, "GOQ"],
  [833, "Mm"],
  [889, "%"],
  [944, "W"],
  [1015, "@"],
];
const WIDTH_OF = new Map(WIDTHS.flatMap(([width, text]) => [...text].map((char) => [char, width] as const)));
/** The width of a letter of another alphabet. The characters of FULL_WIDTH are as wide as they are high. */
const OTHER = 556;
const FULL_WIDTH =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\p{Extended_Pictographic}]/u;
/** How much wider bold letters are, on average over a to z and A to Z. */
const BOLD = 1.05;

/** The approximate width of a text, in the unit of `fontSize`. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let thousandths = 0;
  for (const char of text) {
    thousandths += WIDTH_OF.get(char) ?? (FULL_WIDTH.test(char) ? 1000 : OTHER);
  }
  return (thousandths / 1000) * fontSize * (bold ? BOLD : 1);
}
