import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ERROR_CODES } from "../../../db/errors.ts";
import { ENVIRONMENT } from "../../../jobs/config.ts";

const root = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
const readme = root("README.md");
const commandLine = readdirSync(new URL("../../../jobs/commands/", import.meta.url))
  .map((file) => root(`jobs/commands/${file}`))
  .join("\n");

/** First cells of the rows of the table under a heading. */
function firstCells(heading: string): string[] {
  const section = readme.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| `?([^`|]+?)`? \|/gm)]
    .map(([, cell = ""]) => cell)
    .filter((cell) => !/^-|^(name|code)$/.test(cell));
}

describe("README", () => {
  it("lists the environment that is read, with its defaults", () => {
    expect(firstCells("Environment")).toEqual(Object.keys(ENVIRONMENT));
    for (const [name, { fallback }] of Object.entries(ENVIRONMENT)) {
      const row = readme.split("\n").find((line) => line.startsWith(`| \`${name}\``)) ?? "";
      expect(row, name).toContain(
        fallback === undefined || fallback === "" ? "unset" : fallback.replace(/^.*fixtures\//, "fixtures/"),
      );
    }
  });

  it("lists every exit code", () => {
    expect(firstCells("Exit codes")).toEqual([
      "0",
      ...[...new Set(Object.values(ERROR_CODES))].map(String).toSorted((a, b) => Number(a) - Number(b)),
    ]);
  });

  it("names every command", () => {
    const commands = [...commandLine.matchAll(/\.command\("([a-z-]+)"\)|^ {2}\["([a-z-]+)", /gm)].map(
      ([, verb, noun]) => verb ?? noun ?? "",
    );
    expect(commands.length).toBeGreaterThan(10);
    for (const command of commands) expect(readme, command).toMatch(new RegExp(`\`${command}[ \`]`));
  });

  it("leads to every page of docs", () => {
    const pages = readdirSync(new URL("../../../docs/", import.meta.url)).filter((file) => file.endsWith(".md"));
    const section = readme.split("## Where things are\n")[1] ?? "";
    for (const page of pages) expect(section).toContain(`| [docs/${page}](docs/${page}) | `);
  });

  it("shows pictures that are there, said in words, and small", () => {
    const pictures = [...readme.matchAll(/!\[([^\]]+)\]\(([^)]+)\)/g)];
    expect(pictures.length).toBeGreaterThan(1);
    for (const [, words = "", file = ""] of pictures) {
      const bytes = readFileSync(new URL(`../../../${file}`, import.meta.url));
      expect(bytes.subarray(1, 4).toString("latin1"), file).toBe("PNG");
      expect(bytes.length, file).toBeLessThan(150_000);
      expect(words.length, file).toBeGreaterThan(40);
    }
  });

  it("names no host of a package registry", () => {
    for (const file of [
      "README.md",
      "package.json",
      "package-lock.json",
      "Dockerfile",
      ".ci/run",
      "docs/analysis.md",
      "docs/dashboards.md",
      "docs/decisions.md",
      "docs/schema.md",
      "docs/operations.md",
      "docs/schedulers.md",
      "docker-compose.yml",
    ])
      expect(root(file), file).not.toMatch(/registry\.[a-z-]+\.(?:org|com)|deb\.debian/);
  });
});
