// Calendar dates written year-month-day, as the matter file has them.

const LONG = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
  "November", "December"];

/** Tell whether `text` is a real date written year-month-day (JSON Schema's format "date"). */
export function date(text: string): boolean {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!parts) return false;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const at = new Date(Date.UTC(year, month - 1, day));
  at.setUTCFullYear(year);
  return year > 0 && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
}

/** Write a date the American way, e.g. "June 14, 2015"; anything else is returned as it is. */
export function inWords(text: string | undefined | null): string {
  if (!text) return "";
  if (!date(text)) return text;
  const [year, month, day] = text.split("-").map(Number) as [number, number, number];
  return `${LONG[month - 1]} ${day}, ${year}`;
}
