/** What is told of things that could not be written: the last try of each counts. */
import { expect, it } from "vitest";
import { Saving } from "../../../src/cli/folders/saving.ts";
import { FileError } from "../../../src/errors.ts";

const opened = () => new Saving("run", ["model", "log"], ["log"]);
const succeeds = async () => {};
const fails = (words: string) => async () => {
  throw new FileError(words);
};

it("a thing that was never written is missing", async () => {
  const saving = opened();
  await saving.write("model", fails("No room."));
  expect(saving.facts).toEqual({ unsaved: { model: "No room." } });
  expect(() => saving.finish()).toThrow(new FileError("No room. What is in run: log."));
});

it("a thing that was written before is still there, and its failure is told all the same", async () => {
  const saving = opened();
  await saving.write("model", succeeds);
  await saving.write("checkpoints/", succeeds);
  await saving.write("checkpoints/", fails("No room."));
  await saving.write("log", fails("Gone."));
  expect(() => saving.finish()).toThrow(
    new FileError(
      "No room. What was written there before is still there. Nor log. What is in run: model, log.",
    ),
  );
});

it("a later success takes a failure back", async () => {
  const saving = opened();
  await saving.write("checkpoints/", succeeds);
  await saving.write("checkpoints/", fails("No room."));
  await saving.write("checkpoints/", succeeds);
  expect(saving.facts).toEqual({});
  saving.finish();
});
