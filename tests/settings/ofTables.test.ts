import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { readNames, readSize, tableSettings } from "../../src/settings/ofTables.ts";

describe("settings of tables", () => {
  it("propose our word for a task", () => {
    const { read } = tableSettings.task.type;
    expect(read("numbers")).toBe("numbers");
    expect(() => read("Regression")).toThrow("classes, numbers, flags. Did you mean numbers?");
    expect(() => read("classification")).toThrow("Did you mean classes?");
    expect(() => read("toString")).toThrow(/flags\.$/);
  });

  it("names are read as a line of CSV, and written so that they are read again", () => {
    expect(readNames('a, "b,c" ,"d""e"')).toEqual(["a", "b,c", 'd"e']);
    const { type } = tableSettings.target;
    for (const names of [["a"], ["a,b", 'c"d'], [" e "]]) {
      expect(type.read(type.write!(names))).toEqual(names);
      expect(v.is(type.schema, names)).toBe(true);
    }
    expect(() => readNames("a,a")).toThrow("a is there twice.");
    expect(() => readNames('"a')).toThrow("Expected names with commas");
  });

  it("a size has one side or two, up to 4096", () => {
    expect([readSize("32"), readSize("32x24")]).toEqual([
      { width: 32, height: 32 },
      { width: 32, height: 24 },
    ]);
    for (const wrong of ["0", "4097", "3x", "x"]) expect(() => readSize(wrong)).toThrow("up to 4096");
  });
});
