/** Text in columns, two spaces apart. The first is aligned to the left, the others to the right or to the left. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  others: "left" | "right" = "right",
): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 || others === "left" ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Three significant digits, without an exponent: "0.123", "12.3", "1234". */
export function digits(value: number): string {
  const whole = value < 1 ? 0 : Math.floor(Math.log10(value));
  return value.toFixed(Math.max(0, 2 - whole));
}
