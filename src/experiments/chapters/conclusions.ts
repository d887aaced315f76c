/** The conclusions, by topic. */
import { listed, pluralOf } from "../../format/words.ts";
import { conclusions, TOPICS } from "../conclusions/index.ts";
import { type Block, heading, paragraph } from "../document/blocks.ts";
import type { RunSummary } from "./run.ts";

export function conclusionsByTopic({ rows, appendix, fresh, comparable }: RunSummary): Block[] {
  const said = conclusions([...rows, ...appendix, ...fresh], { comparable });
  if (said.length === 0) return [];
  return [
    heading(2, "Conclusions"),
    paragraph(
      "Each sentence follows from numbers of this run by a fixed rule; where numbers are missing " +
        "nothing is said.",
    ),
    ...TOPICS.flatMap((topic): Block[] => {
      const items = said
        .filter((conclusion) => conclusion.topic === topic)
        .map(({ text, basis }) => [text, sources(basis)].filter(Boolean).join(" "));
      return items.length === 0 ? [] : [heading(3, topic), { kind: "list", items }];
    }),
  ];
}

/** The place of the numbers, "(Figures 1 and 2.)"; nothing if they stand all over the document. */
function sources(ids: readonly string[]): string {
  const groups = [...new Set(ids.map((id) => id.replace(/-.*/, "")))];
  const numbers = (kind: string) =>
    groups.filter((group) => group.startsWith(kind)).map((group) => group.slice(kind.length));
  const named = (kind: string, word: string) => {
    const of = numbers(kind);
    return of.length === 0 ? [] : [`${pluralOf(word, of.length)} ${listed(of)}`];
  };
  const parts = [...named("fig", "Figure"), ...named("tab", "Table")];
  return parts.length === 1 ? `(${parts[0]}.)` : "";
}
