/**
 * Makes the table of the README: five hundred houses that were never built. `node examples/houses.mjs` writes houses.train.csv
 * and houses.test.csv beside this file; the same ones each time.
 */
import { writeFileSync } from "node:fs";
import { Random } from "nnwasm";

const random = new Random(17);
const among = (values) => values[Math.floor(random.uniform() * values.length)];
const between = (low, high) => low + Math.floor(random.uniform() * (high - low + 1));
const DISTRICTS = {
  Altstadt: 1.35,
  Bahnhof: 0.85,
  Hafen: 1,
  Nordpark: 1.15,
  "St. Johann": 0.95,
  Weinberg: 1.5,
};
const HEATING = { gas: 1, oil: 0.94, "heat pump": 1.07, wood: 0.98 };
const DAY = 86_400_000;

function house(number) {
  const district = among(Object.keys(DISTRICTS));
  const heating = among(Object.keys(HEATING));
  const area = between(45, 220);
  const rooms = Math.max(1, Math.round(area / 28) + between(-1, 1));
  const garden = random.uniform() < 0.4;
  const built = between(1890, 2022);
  const days = between(0, 2 * 365);
  const age = 1 - Math.min(0.35, (2024 - built) / 300);
  const market = 1 + (0.08 * days) / 365;
  const noise = 1 + 0.05 * (random.uniform() + random.uniform() + random.uniform() - 1.5);
  const worth = (2600 * area + 9000 * rooms + (garden ? 45_000 : 0)) * DISTRICTS[district] * HEATING[heating];
  return {
    id: `H-${1000 + number}`,
    sold: new Date(Date.UTC(2022, 0, 1) + days * DAY).toISOString().slice(0, 10),
    district,
    area,
    rooms,
    garden: garden ? "yes" : "no",
    heating: random.uniform() < 0.05 ? "" : heating,
    built: random.uniform() < 0.04 ? "" : built,
    price: Math.round((worth * age * market * noise) / 1000) * 1000,
  };
}

const houses = Array.from({ length: 500 }, (_, i) => house(i));
const lines = (rows) => rows.map((row) => `${Object.values(row).join(",")}\n`).join("");
const header = `${Object.keys(houses[0]).join(",")}\n`;
for (const [name, rows] of [
  ["houses.train.csv", houses.slice(0, 400)],
  ["houses.test.csv", houses.slice(400)],
]) {
  writeFileSync(new URL(name, import.meta.url), header + lines(rows));
}
