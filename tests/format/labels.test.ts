import { expect, it } from "vitest";
import { shortLabels } from "../../src/format/labels.ts";

it("long names keep their beginning and their end, and short ones stay", () => {
  expect(shortLabels(["cat", "Sustainable aquaculture and coastal zones"], 24)).toEqual([
    "cat",
    "Sustainable…astal zones",
  ]);
  expect(shortLabels(["𝒳𝒳𝒳𝒳𝒳𝒳", "five5"], 5)).toEqual(["𝒳𝒳…𝒳𝒳", "five5"]);
});

it("names that would be alike differ by a number that no other name has", () => {
  expect(shortLabels(["abcdefgh-1-xyz", "abcdefgh-2-xyz", "abc…xyz"], 7)).toEqual([
    "abc…xyz",
    "abc…xyz (2)",
    "abc…xyz (3)",
  ]);
});
