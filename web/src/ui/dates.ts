/** Days are ISO text (`2026-11-23`), as in the API; windows are half-open. */

const DAY = 86_400_000;

export function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY;
}

export function dayText(days: number): string {
  return new Date(days * DAY).toISOString().slice(0, 10);
}

export function addDays(day: string, days: number): string {
  return dayText(dayNumber(day) + days);
}

export function monthStart(day: string): string {
  return `${day.slice(0, 7)}-01`;
}

export function addMonths(day: string, months: number): string {
  const index = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + months;
  const year = Math.floor(index / 12);
  return `${String(year).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}-01`;
}

export function daysBetween(start: string, end: string): number {
  return dayNumber(end) - dayNumber(start);
}

export function isDay(text: unknown): text is string {
  return typeof text === "string" && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(dayNumber(text));
}

const short = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", timeZone: "UTC" });
const long = new Intl.DateTimeFormat("en-US", {
  month: "short",
  day: "numeric",
  year: "numeric",
  timeZone: "UTC",
});
const weekday = new Intl.DateTimeFormat("en-US", {
  weekday: "short",
  month: "short",
  day: "numeric",
  year: "numeric",
  timeZone: "UTC",
});
const month = new Intl.DateTimeFormat("en-US", { month: "short", year: "numeric", timeZone: "UTC" });
const monthName = new Intl.DateTimeFormat("en-US", { month: "long", timeZone: "UTC" });
const moment = new Intl.DateTimeFormat("en-US", {
  month: "short",
  day: "numeric",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZone: "UTC",
});

function utc(day: string): Date {
  return new Date(`${day.slice(0, 10)}T00:00:00Z`);
}

/** `Nov 3` */
export const shortDay = (day: string): string => short.format(utc(day));
/** `Nov 3, 2026` */
export const longDay = (day: string): string => long.format(utc(day));
/** `Tue, Nov 3, 2026` */
export const weekDay = (day: string): string => weekday.format(utc(day));
/** `Nov 2026` */
export const monthLabel = (day: string): string => month.format(utc(day));
/** `November` */
export const monthWord = (day: string): string => monthName.format(utc(day));

/** `Nov 3, 2026, 14:05 UTC` */
export function instant(text: string): string {
  const withZone = /[zZ]|[+-]\d{2}:?\d{2}$/.test(text) ? text : `${text}Z`;
  return `${moment.format(new Date(withZone))} UTC`;
}

/** A half-open window as people say it: `Nov 1 – 22, 2026`. */
export function windowLabel(start: string, end: string): string {
  const last = addDays(end, -1);
  if (start >= last) return longDay(start);
  if (start.slice(0, 7) === last.slice(0, 7)) {
    return `${shortDay(start)} – ${Number(last.slice(8))}, ${last.slice(0, 4)}`;
  }
  if (start.slice(0, 4) === last.slice(0, 4)) return `${shortDay(start)} – ${longDay(last)}`;
  return `${longDay(start)} – ${longDay(last)}`;
}

/** `3 min ago`; beyond a week the date itself. */
export function ago(text: string, now: number = Date.now()): string {
  const withZone = /[zZ]|[+-]\d{2}:?\d{2}$/.test(text) ? text : `${text}Z`;
  const seconds = Math.round((now - Date.parse(withZone)) / 1000);
  if (seconds < 45) return "just now";
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.round(hours / 24);
  return days <= 7 ? `${days} d ago` : longDay(withZone.slice(0, 10));
}
