import { describe, expect, it } from "vitest";
import { exclude, type Filter, narrow, parseFilters, replaceAt, writeFilters } from "./filters";
import { parseScope, presetWindow, previousWindow, scopeWindow } from "./scope";
import { parseSearch, stringifySearch } from "./search";

const data = { first_day: "2025-10-01", last_day: "2026-11-22" };

describe("filters", () => {
  it("survive the way through the URL", () => {
    const filters: Filter[] = [
      { dimension: "ServiceName", op: "in", values: ["Amazon EC2", "a=b & c"] },
      { dimension: "tag:team", op: "missing", values: [] },
      { dimension: "RegionId", op: "not", values: ["eu-west-1"] },
    ];
    const url = stringifySearch({ filter: writeFilters(filters) });
    const back = parseSearch(url);
    expect(parseFilters(back.filter as string[])).toEqual(filters);
  });

  it("are the API's own text, readable in a shared link", () => {
    expect(stringifySearch({ filter: ["tag:team=in=data", "ServiceName=in=Amazon EC2"] })).toBe(
      "?filter=tag:team=in=data&filter=ServiceName=in=Amazon+EC2",
    );
  });

  it("that make no sense are dropped", () => {
    expect(parseFilters(["nonsense", "a=like=b", "=in=x"])).toEqual([]);
  });

  it("narrow to a group, a missing value included", () => {
    const narrowed = narrow(
      [{ dimension: "ServiceName", op: "not", values: ["S3"] }],
      ["ServiceName", "tag:team"],
      ["EC2", null],
    );
    expect(writeFilters(narrowed)).toEqual(["ServiceName=in=EC2", "tag:team=missing="]);
  });

  it("leave groups out, one after the other", () => {
    const once = exclude([], "ServiceName", "S3");
    expect(writeFilters(exclude(once, "ServiceName", "EC2"))).toEqual([
      "ServiceName=not=S3",
      "ServiceName=not=EC2",
    ]);
    expect(writeFilters(exclude([], "tag:team", null))).toEqual(["tag:team=present="]);
  });

  it("change and go in place", () => {
    const filters = parseFilters(["a=in=1", "b=in=2"]);
    expect(writeFilters(replaceAt(filters, 0, { dimension: "a", op: "not", values: ["9"] }))).toEqual([
      "a=not=9",
      "b=in=2",
    ]);
    expect(writeFilters(replaceAt(filters, 0, null))).toEqual(["b=in=2"]);
  });
});

describe("scope", () => {
  it("keeps what is valid and drops the rest", () => {
    expect(
      parseScope({ range: "30d", cost: "billed", filter: "ServiceName=in=S3", start: "x", other: "y" }),
    ).toEqual({ range: "30d", cost: "billed", filter: ["ServiceName=in=S3"] });
    expect(parseScope({ start: "2026-11-05", end: "2026-11-01", range: "forever", cost: "free" })).toEqual(
      {},
    );
  });

  it("takes dates before a preset", () => {
    const scope = parseScope({ start: "2026-11-01", end: "2026-11-05", range: "30d" });
    expect(scopeWindow(scope, data)).toEqual({ start: "2026-11-01", end: "2026-11-05" });
  });

  it("compares like the API: running month, whole months, any days", () => {
    expect(previousWindow({ start: "2026-11-01", end: "2026-11-23" })).toEqual({
      start: "2026-10-01",
      end: "2026-10-23",
    });
    expect(previousWindow({ start: "2026-03-01", end: "2026-03-31" })).toEqual({
      start: "2026-02-01",
      end: "2026-03-01",
    });
    expect(previousWindow({ start: "2026-10-01", end: "2026-11-01" })).toEqual({
      start: "2026-09-01",
      end: "2026-10-01",
    });
    expect(previousWindow({ start: "2025-12-01", end: "2026-11-23" }).end).toBe("2025-12-01");
    expect(previousWindow({ start: "2026-11-16", end: "2026-11-23" })).toEqual({
      start: "2026-11-09",
      end: "2026-11-16",
    });
  });

  it("presets follow the data, not the clock", () => {
    expect(presetWindow("mtd", data)).toEqual({ start: "2026-11-01", end: "2026-11-23" });
    expect(presetWindow("last-month", data)).toEqual({ start: "2026-10-01", end: "2026-11-01" });
    expect(presetWindow("7d", data)).toEqual({ start: "2026-11-16", end: "2026-11-23" });
    expect(presetWindow("qtd", data)).toEqual({ start: "2026-10-01", end: "2026-11-23" });
    expect(presetWindow("ytd", data)).toEqual({ start: "2026-01-01", end: "2026-11-23" });
    expect(presetWindow("12m", data)).toEqual({ start: "2025-12-01", end: "2026-11-23" });
    expect(presetWindow("all", data)).toEqual({ start: "2025-10-01", end: "2026-11-23" });
  });
});
