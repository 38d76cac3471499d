/** CSV after RFC 4180: comma, quotes doubled, CRLF after every record. Spreadsheets open it as data, never as formulas. */

/**
 * A text that a spreadsheet would run or take for a formula gets a leading apostrophe, which it shows as text. A carriage
 * return or line feed first works in some programs too. Numbers are written bare: -5 is a number, not a formula.
 */
function harmless(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return harmless(value);
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return harmless(value.join("; "));
  return JSON.stringify(value);
}

function field(value: unknown): string {
  const text = textOf(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Header and records; lists of texts are joined by "; ", other structures written as JSON, null as nothing. */
export function csv(header: readonly string[], records: readonly (readonly unknown[])[]): string {
  return [header, ...records].map((record) => `${record.map(field).join(",")}\r\n`).join("");
}
