import { describe, expect, it } from "vitest";
import { Events, inOrder, on, type Subscriber } from "../../src/runs/events.ts";

interface Numbered {
  readonly type: "number";
  readonly n: number;
}
const number = (n: number): Numbered => ({ type: "number", n });
const soon = () => new Promise<void>((resolve) => setTimeout(resolve));

describe("events", () => {
  it("are heard one after another, in the order in which they are told, awaited or not", async () => {
    const heard: string[] = [];
    const events = new Events<Numbered>(async ({ n }) => {
      heard.push(`${n} begins`);
      await soon();
      heard.push(`${n} ends`);
    });
    const first = events.emit(number(1));
    events.post(number(2));
    await Promise.all([first, events.emit(number(3))]);
    expect(heard).toEqual([1, 2, 3].flatMap((n) => [`${n} begins`, `${n} ends`]));
  });

  it("are heard at once, if they are posted to a subscriber who has nothing to wait for", () => {
    const heard: number[] = [];
    const events = new Events<Numbered>(({ n }) => void heard.push(n));
    events.post(number(1));
    events.post(number(2));
    expect(heard).toEqual([1, 2]);
  });

  it("that are refused end the one who waits; the next ones are told all the same", async () => {
    const heard: number[] = [];
    const events = new Events<Numbered>(async ({ n }) => {
      heard.push(n);
      if (n === 1) throw new Error("Not this one.");
    });
    const [first, second] = await Promise.allSettled([events.emit(number(1)), events.emit(number(2))]);
    expect(first).toMatchObject({ status: "rejected", reason: { message: "Not this one." } });
    expect(second.status).toBe("fulfilled");
    expect(heard).toEqual([1, 2]);
  });

  it.each<[string, Subscriber<Numbered>]>([
    [
      "throws",
      ({ n }) => {
        if (n === 1) throw new Error("Not this one.");
      },
    ],
    [
      "rejects",
      async ({ n }) => {
        if (n === 1) throw new Error("Not this one.");
      },
    ],
  ])("that nobody waits for are refused at the next one that is waited for: %s", async (_, subscriber) => {
    const events = new Events<Numbered>(subscriber);
    expect(() => events.post(number(1))).not.toThrow();
    await expect(events.emit(number(2))).rejects.toThrow("Not this one.");
    expect(() => events.check()).toThrow("Not this one.");
  });
});

describe("subscribers in order", () => {
  it("hear an event one after another, and none that one before them refuses", async () => {
    const heard: string[] = [];
    const subscriber = inOrder<Numbered>(
      async ({ n }) => {
        await soon();
        if (n === 2) throw new Error("Not this one.");
        heard.push(`first ${n}`);
      },
      ({ n }) => void heard.push(`second ${n}`),
    );
    await subscriber(number(1));
    await expect(subscriber(number(2))).rejects.toThrow("Not this one.");
    expect(heard).toEqual(["first 1", "second 1"]);
  });

  it("give no promise where none of them does", () => {
    expect(
      inOrder<Numbered>(
        () => {},
        () => {},
      )(number(1)),
    ).toBeUndefined();
    expect(inOrder<Numbered>()(number(1))).toBeUndefined();
  });
});

it("handlers hear the events of their type alone", () => {
  type Some = Numbered | { readonly type: "text"; readonly text: string };
  const heard: number[] = [];
  const subscriber = on<Some>({ number: ({ n }) => void heard.push(n) });
  subscriber({ type: "text", text: "one" });
  subscriber(number(1));
  expect(heard).toEqual([1]);
});
