/** Names of classes and targets where there is little room. */

/** The name, or its beginning and its end around "…": names of one kind often differ at their ends. */
function cut(name: string, longest: number): string {
  const characters = [...name];
  if (characters.length <= longest) return name;
  const end = Math.floor((longest - 1) / 2);
  return `${characters
    .slice(0, longest - 1 - end)
    .join("")
    .trimEnd()}…${characters.slice(-end).join("").trimStart()}`;
}

/** Names of at most `longest` characters. Those that would be alike after that get a number: "a…z (2)". */
export function shortLabels(names: readonly string[], longest = 24): string[] {
  const used = new Set<string>();
  return names.map((name) => {
    const label = cut(name, longest);
    let one = label;
    for (let count = 2; used.has(one); count++) one = `${label} (${count})`;
    used.add(one);
    return one;
  });
}
