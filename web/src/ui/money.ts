/**
 * Money is decimal text from the API and stays text: `Intl.NumberFormat` rounds decimal strings
 * exactly, so nothing here ever becomes a float.
 */

const LOCALE = "en-US";
const formats = new Map<string, Intl.NumberFormat>();

type DecimalText = `${number}`;

function formatter(key: string, make: () => Intl.NumberFormatOptions): Intl.NumberFormat {
  let found = formats.get(key);
  if (!found) {
    found = new Intl.NumberFormat(LOCALE, make());
    formats.set(key, found);
  }
  return found;
}

function isIso(currency: string): boolean {
  return /^[A-Z]{3}$/.test(currency);
}

function styled(currency: string, options: Intl.NumberFormatOptions, key: string): Intl.NumberFormat {
  return formatter(`${currency}|${key}`, () =>
    isIso(currency) ? { style: "currency", currency, ...options } : { style: "decimal", ...options },
  );
}

function write(text: string, currency: string, options: Intl.NumberFormatOptions, key: string): string {
  const written = styled(currency, options, key).format(text as DecimalText);
  const signed = written.replace("-", "−");
  return isIso(currency) ? signed : `${signed} ${currency}`;
}

/** Digits of the integer part, without sign and leading zeros. */
function integerDigits(text: string): number {
  return text.replace(/^[-+]/, "").split(".")[0]?.replace(/^0+/, "").length ?? 0;
}

export function isZero(text: string): boolean {
  return !/[1-9]/.test(text);
}

export function isNegative(text: string): boolean {
  return text.startsWith("-") && !isZero(text);
}

/** Smaller than half a cent, but not nothing. */
function isTiny(text: string): boolean {
  return !isZero(text) && integerDigits(text) === 0 && /^-?0?\.00[0-4]/.test(text);
}

/** For tiles and axes: `$1.24M`, `$182.3K`, `$940.12`. */
export function compactMoney(text: string, currency: string): string {
  const digits = integerDigits(text);
  if (isTiny(text)) return write(text, currency, { maximumSignificantDigits: 2 }, "tiny2");
  if (digits <= 3)
    return write(text, currency, { minimumFractionDigits: 2, maximumFractionDigits: 2 }, "two");
  if (digits === 4) return write(text, currency, { maximumFractionDigits: 0 }, "whole");
  return write(
    text,
    currency,
    { notation: "compact", minimumSignificantDigits: 4, maximumSignificantDigits: 4 },
    "compact",
  );
}

/** For charts' axes: as short as it gets. */
export function axisMoney(value: number, currency: string): string {
  const options = { notation: "compact", maximumSignificantDigits: 3 } as const;
  return styled(currency, options, "axis").format(value).replace("-", "−");
}

/** For tables: to the cent, and further where a cent would hide a tiny amount. */
export function tableMoney(text: string, currency: string): string {
  if (isTiny(text)) return write(text, currency, { maximumSignificantDigits: 3 }, "tiny");
  return write(text, currency, { minimumFractionDigits: 2, maximumFractionDigits: 2 }, "two");
}

/** Every digit the bill has: more than number formats allow, so the fraction is set by hand. */
export function exactMoney(text: string, currency: string): string {
  const unsigned = text.replace(/^[-+]/, "");
  const [whole = "0", fraction = ""] = unsigned.split(".");
  const digits = fraction.replace(/0+$/, "").padEnd(2, "0");
  const written = styled(currency, { maximumFractionDigits: 0 }, "whole").format(BigInt(whole || "0"));
  const sign = isNegative(text) ? "−" : "";
  return `${sign}${written}.${digits}${isIso(currency) ? "" : ` ${currency}`}`;
}

/** With an explicit sign, for changes: `+$1,204.00`. */
export function signedMoney(text: string, currency: string): string {
  const written = compactMoney(text, currency);
  return isZero(text) || isNegative(text) ? written : `+${written}`;
}

/** A share as a percentage with one decimal; small but real shares are `<0.1%`. */
export function percent(share: number): string {
  const size = Math.abs(share);
  if (size > 0 && size < 0.0005) return "<0.1%";
  if (size >= 100) return `${share < 0 ? "−" : ""}${Math.round(size).toLocaleString(LOCALE)}×`;
  const options = { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 } as const;
  return formatter("percent", () => options)
    .format(share)
    .replace("-", "−");
}

export function signedPercent(share: number): string {
  return share > 0 ? `+${percent(share)}` : percent(share);
}

/** A plain decimal text or count, grouped: quantities, unit prices, rows. */
export function decimal(value: string | number | bigint, digits = 20): string {
  return formatter(`decimal${digits}`, () => ({ maximumFractionDigits: digits }))
    .format(value as DecimalText)
    .replace("-", "−");
}

const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

export function byteSize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}
