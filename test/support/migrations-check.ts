import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Fails when a table differs from what the migrations make, or when the journal's times do not rise (drizzle skips in silence). */
const generate = spawnSync("npx", ["drizzle-kit", "generate"], { encoding: "utf8" });
const journal = JSON.parse(
  readFileSync(new URL("../../db/migrations/meta/_journal.json", import.meta.url), "utf8"),
) as {
  entries: { tag: string; when: number }[];
};
const problems = [
  ...(generate.stdout.includes("No schema changes")
    ? []
    : [`tables and migrations differ: ${generate.stdout}${generate.stderr}`]),
  ...journal.entries
    .filter((entry, at) => at > 0 && entry.when <= (journal.entries[at - 1]?.when ?? 0))
    .map(({ tag }) => `${tag} is not later than the one before`),
];
process.stdout.write(problems.length === 0 ? "migrations are complete\n" : `${problems.join("\n")}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
