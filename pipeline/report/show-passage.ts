/** The words of a cell in their sentence, so that a reader sees what they were said about. */

/** Characters of the record to either side: about two lines of a terminal in all. */
const AROUND = 80;

function valueAt(record: unknown, path: string): unknown {
  const keys = path.match(/[^.[\]]+/g) ?? [];
  return keys.reduce<unknown>(
    (value, key) =>
      value !== null && typeof value === "object" && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined,
    record,
  );
}

/**
 * "… given to the [first degree relative] of …", or null: no text there, nothing around the words, or the words stand there
 * more than once, when the evidence does not tell which place was read.
 */
export function passageAround(record: unknown, path: string, span: string): string | null {
  const text = valueAt(record, path);
  if (typeof text !== "string" || span === "") return null;
  const at = text.indexOf(span);
  if (at < 0 || text.trim() === span.trim() || text.indexOf(span, at + 1) >= 0) return null;
  const end = at + span.length;
  const before = text.slice(Math.max(0, at - AROUND), at);
  const after = text.slice(end, end + AROUND);
  const left = at > AROUND ? `… ${before.replace(/^\S*\s+/, "")}` : before;
  const right = end + AROUND < text.length ? `${after.replace(/\s+\S*$/, "")} …` : after;
  return `${left}[${span}]${right}`.toWellFormed();
}
