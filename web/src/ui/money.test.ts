import { describe, expect, it } from "vitest";
import {
  byteSize,
  compactMoney,
  decimal,
  exactMoney,
  isNegative,
  isZero,
  percent,
  signedMoney,
  signedPercent,
  tableMoney,
} from "./money";

describe("compact money", () => {
  it("is short, and keeps four digits", () => {
    expect(compactMoney("1240381.55", "USD")).toBe("$1.240M");
    expect(compactMoney("182340.118240037", "USD")).toBe("$182.3K");
    expect(compactMoney("9403.12", "USD")).toBe("$9,403");
    expect(compactMoney("940.118", "USD")).toBe("$940.12");
    expect(compactMoney("0", "USD")).toBe("$0.00");
  });

  it("does not turn a tiny amount into nothing", () => {
    expect(compactMoney("0.0000008", "USD")).toBe("$0.0000008");
    expect(compactMoney("-0.00012345", "USD")).toBe("−$0.00012");
  });

  it("says which currency it is", () => {
    expect(compactMoney("12", "CAD")).toBe("CA$12.00");
    expect(compactMoney("12", "EUR")).toBe("€12.00");
    expect(compactMoney("12", "TOKENS")).toBe("12.00 TOKENS");
  });
});

describe("exact money", () => {
  it("loses no digit of a wide decimal", () => {
    expect(exactMoney("12345678901234.123456789012345678901234", "USD")).toBe(
      "$12,345,678,901,234.123456789012345678901234",
    );
    expect(exactMoney("-0.000000000000000000000001", "USD")).toBe("−$0.000000000000000000000001");
  });

  it("rounds the table's cents from the text, not from a float", () => {
    expect(tableMoney("1.005", "USD")).toBe("$1.01");
    expect(tableMoney("90071992547409.935", "USD")).toBe("$90,071,992,547,409.94");
    expect(tableMoney("0.0000008", "USD")).toBe("$0.0000008");
  });
});

describe("signs", () => {
  it("are explicit for changes", () => {
    expect(signedMoney("1204", "USD")).toBe("+$1,204");
    expect(signedMoney("-1204", "USD")).toBe("−$1,204");
    expect(signedMoney("0", "USD")).toBe("$0.00");
    expect(signedPercent(0.0139)).toBe("+1.4%");
  });

  it("know nothing from a negative zero", () => {
    expect(isZero("-0.000")).toBe(true);
    expect(isNegative("-0.000")).toBe(false);
    expect(isNegative("-0.001")).toBe(true);
  });
});

describe("percent", () => {
  it("has one decimal and never hides a real share", () => {
    expect(percent(0.2366)).toBe("23.7%");
    expect(percent(-0.5)).toBe("−50.0%");
    expect(percent(0)).toBe("0.0%");
    expect(percent(0.0001)).toBe("<0.1%");
    expect(percent(250)).toBe("250×");
  });
});

it("counts and sizes are grouped", () => {
  expect(decimal(1243201)).toBe("1,243,201");
  expect(decimal("0.096000000000000001")).toBe("0.096000000000000001");
  expect(byteSize(18_400_221)).toBe("18 MB");
  expect(byteSize(1_500)).toBe("1.5 KB");
  expect(byteSize(12)).toBe("12 B");
});
