import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
const cells = read("docs/reliability.md")
  .split("\n")
  .filter((line) => /^\| .* \|$/.test(line) && !line.startsWith("| fault"))
  .map((line) => line.slice(2, -2).split(" | ").at(-1) ?? "");

test("every promise of docs/reliability.md names a test that is there", () => {
  expect(cells.length).toBeGreaterThan(20);
  for (const cell of cells) {
    if (cell.startsWith("none:")) continue;
    const [, file = "", title] = /^(test\/\S+?\.ts)(?:: `([^`]+)`)?$/.exec(cell) ?? [];
    expect(read(file), cell).toContain(title ?? "test(");
  }
});
