import { describe, expect, it } from "vitest";
import {
  chanceOfMark,
  compare,
  isOutside,
  pooledSd,
  rangeOfTen,
  rankCorrelation,
  statistics,
} from "../../src/experiments/statistics.ts";

describe("statistics", () => {
  it("gives the mean and the sample standard deviation", () => {
    expect(statistics([2, 4, 9])).toEqual({ mean: 5, sd: Math.sqrt(13) });
  });

  it("knows no spread of a single value, and nothing of none", () => {
    expect(statistics([0.5])).toEqual({ mean: 0.5, sd: undefined });
    expect(statistics([])).toEqual({ mean: undefined, sd: undefined });
  });

  it("gives equal values back exactly, without a spread", () => {
    expect((0.1 + 0.1 + 0.1) / 3).not.toBe(0.1);
    expect(statistics([0.1, 0.1, 0.1])).toEqual({ mean: 0.1, sd: 0 });
  });
});

describe("isOutside", () => {
  it("marks what lies more than three standard deviations away", () => {
    expect(isOutside(0.031, 0.01)).toBe(true);
    expect(isOutside(-0.031, 0.01)).toBe(true);
    expect(isOutside(0.029, 0.01)).toBe(false);
  });

  it("does not mark without a spread", () => {
    expect(isOutside(0.4, undefined)).toBe(false);
    expect(isOutside(undefined, 0.01)).toBe(false);
  });

  it("marks with a spread of 0 what differs in a printed decimal, and nothing else", () => {
    expect(isOutside(0, 0)).toBe(false);
    expect(isOutside(0.1 + 0.2 - 0.3, 0)).toBe(false);
    expect(isOutside(0.0001, 0)).toBe(true);
  });
});

describe("chanceOfMark", () => {
  // scipy.stats: 2 * t.sf(3 / sqrt(1 + 1 / n), n - 1)
  it("falls with the number of seeds", () => {
    expect([1, 2, 3, 5, 10, 100].map(chanceOfMark)).toEqual([undefined, 0.247, 0.122, 0.052, 0.019, 0.019]);
  });

  it("is the share that is marked of rows whose published value is another seed's", () => {
    // Three values of a normal distribution and a fourth, over a grid of their quantiles.
    const quantiles = [-1.645, -1.036, -0.674, -0.385, -0.126, 0.126, 0.385, 0.674, 1.036, 1.645];
    let marked = 0;
    for (const a of quantiles) {
      for (const b of quantiles) {
        for (const c of quantiles) {
          const { mean, sd } = statistics([a, b, c]);
          for (const d of quantiles) if (isOutside(d - mean!, sd!)) marked++;
        }
      }
    }
    expect(marked / 10_000).toBeGreaterThan(0.09);
    expect(marked / 10_000).toBeLessThan(0.15);
  });
});

describe("pooledSd", () => {
  it("is the spread within groups, each about its own mean", () => {
    expect(pooledSd([[1, 3], [101, 103], [5]])).toBe(Math.sqrt(2));
    expect(pooledSd([[1], [2], []])).toBeUndefined();
    expect(pooledSd([[0.1, 0.1, 0.1]])).toBe(0);
  });
});

describe("compare", () => {
  const around = (mean: number) => [mean - 0.01, mean, mean + 0.01];

  it("calls a difference one beyond what chance makes in one case of a hundred", () => {
    // 4.604 · 0.01 · √(2/3) = 0.0376
    const { limit, sd } = compare(around(0.5), around(0.5))!;
    expect(limit).toBeCloseTo(0.03759, 5);
    expect(sd).toBeCloseTo(0.01, 10);
    expect(compare(around(0.5), around(0.538))!.verdict).toBe("higher");
    expect(compare(around(0.5), around(0.462))!.verdict).toBe("lower");
    expect(compare(around(0.5), around(0.537))!.verdict).toBe("hint");
    expect(compare(around(0.5), around(0.511))!.verdict).toBe("hint");
    expect(compare(around(0.5), around(0.509))!.verdict).toBe("none");
    expect(compare(around(0.5), around(0.491))!.verdict).toBe("none");
  });

  it("tells smaller differences from more trainings", () => {
    const many = (mean: number) => [1, 2, 3, 4, 5].flatMap(() => around(mean));
    expect(compare(many(0.5), many(0.511))!.verdict).toBe("higher");
  });

  it("knows no spread where a side has a single value, and nothing where it has none", () => {
    expect(compare([0.1], around(0.5))).toEqual({
      from: 0.1,
      to: 0.5,
      difference: 0.4,
      sd: undefined,
      limit: undefined,
      verdict: "unknown",
    });
    expect(compare([], around(0.5))).toBeUndefined();
    expect(compare(around(0.5), [])).toBeUndefined();
  });

  it("tells values without a spread apart, and no others from themselves", () => {
    expect(compare([0.1, 0.1], [0.1, 0.1])!.verdict).toBe("none");
    expect(compare([0.1, 0.1], [0.2, 0.2])!.verdict).toBe("higher");
  });
});

describe("rankCorrelation", () => {
  it("is 1 for the same order, −1 for the opposite one", () => {
    expect(rankCorrelation([1, 2, 3, 4], [0.1, 10, 11, 1000])).toBe(1);
    expect(rankCorrelation([1, 2, 3, 4], [9, 7, 5, 3])).toBe(-1);
  });

  // scipy.stats.spearmanr
  it("gives equal values their mean rank", () => {
    expect(rankCorrelation([1, 2, 2, 4, 5], [3, 1, 2, 5, 4])).toBeCloseTo(0.5642880936468347, 14);
  });

  it("is not a number where all values are equal", () => {
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNaN();
  });
});

describe("rangeOfTen", () => {
  // scipy.stats.studentized_range.ppf(0.95, 10, 10 * (n - 1))
  it("falls with the values in a group", () => {
    expect([1, 2, 3, 5, 10, 50].map(rangeOfTen)).toEqual([undefined, 5.6, 5.01, 4.73, 4.59, 4.59]);
  });
});
