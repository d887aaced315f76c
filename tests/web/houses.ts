/** A table as people have them: texts, quotes, blanks, missing cells; a number and a class that depend on the rest. */
import { Random } from "../../src/random.ts";

/** The columns' names. */
export const HEAD = ["id", "city", "rooms", "area m²", "garden", "price", "kind"] as const;

const CITIES = ["Berlin, Mitte", "Ürzig", 'Bad "Q" Quell', "New York"] as const;

const quoted = (text: string) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** "id,city,rooms,…" and rows below it, the same each time. */
export function houses(rows = 150): string {
  const random = new Random(1, "houses");
  const lines = Array.from({ length: rows }, (_, i) => {
    const city = random.below(CITIES.length);
    const rooms = 1 + random.below(6);
    const area = 20 * rooms + random.below(40) + 0.5;
    const garden = random.below(2);
    const price = Math.round(1000 * (2 + city) * area * (1 + 0.1 * garden));
    const kind = rooms < 3 ? "flat" : garden === 1 ? "house" : "town house";
    return [
      ...[`H${1000 + i}`, quoted(i % 17 === 3 ? "" : CITIES[city]!)],
      ...[i % 11 === 5 ? "" : ` ${rooms} `, i % 13 === 7 ? "NA" : String(area)],
      ...[i % 19 === 2 ? "" : garden === 1 ? "yes" : "no", String(price), kind],
    ].join(",");
  });
  return [HEAD.join(","), ...lines, ""].join("\r\n");
}
