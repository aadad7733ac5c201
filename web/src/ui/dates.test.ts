import { expect, it } from "vitest";
import { addDays, addMonths, ago, daysBetween, instant, isDay, windowLabel } from "./dates";

it("counts days over months and leap years", () => {
  expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
  expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
  expect(daysBetween("2026-10-01", "2026-11-01")).toBe(31);
  expect(addMonths("2026-01-15", -1)).toBe("2025-12-01");
  expect(addMonths("2026-11-01", 2)).toBe("2027-01-01");
});

it("takes only real days", () => {
  expect(isDay("2026-11-23")).toBe(true);
  expect(isDay("2026-13-40")).toBe(false);
  expect(isDay("yesterday")).toBe(false);
  expect(isDay(20261123)).toBe(false);
});

it("writes a half-open window as people say it", () => {
  expect(windowLabel("2026-11-01", "2026-11-23")).toBe("Nov 1 – 22, 2026");
  expect(windowLabel("2026-10-20", "2026-11-23")).toBe("Oct 20 – Nov 22, 2026");
  expect(windowLabel("2025-12-01", "2026-02-01")).toBe("Dec 1, 2025 – Jan 31, 2026");
  expect(windowLabel("2026-11-22", "2026-11-23")).toBe("Nov 22, 2026");
});

it("reads times without a zone as UTC", () => {
  expect(instant("2026-11-23T05:12:00")).toBe("Nov 23, 2026, 05:12 UTC");
  expect(ago("2026-11-23T05:12:00", Date.parse("2026-11-23T06:12:00Z"))).toBe("1 h ago");
  expect(ago("2026-11-23T05:12:00Z", Date.parse("2026-11-23T05:12:20Z"))).toBe("just now");
});
