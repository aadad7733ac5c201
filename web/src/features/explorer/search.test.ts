import { expect, it } from "vitest";
import { defaultGranularity, parseExplorer } from "./search";

it("reads the Explorer's state from a link", () => {
  expect(
    parseExplorer({
      by: ["ServiceName", "tag:team", "ServiceName"],
      gran: "week",
      chart: "area",
      top: "10",
      items: "1",
    }),
  ).toEqual({ by: ["ServiceName", "tag:team"], gran: "week", chart: "area", top: 10, items: true });
});

it("takes at most three dimensions and no unknown values", () => {
  expect(parseExplorer({ by: ["a", "b", "c", "d"], gran: "hour", chart: "pie", top: 1000 })).toEqual({
    by: ["a", "b", "c"],
  });
});

it("chooses a bucket that can be read", () => {
  expect(defaultGranularity(31)).toBe("day");
  expect(defaultGranularity(200)).toBe("week");
  expect(defaultGranularity(400)).toBe("month");
});
