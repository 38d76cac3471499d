import { readFileSync } from "node:fs";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { ERROR_CODES } from "../../../db/errors.ts";
import { cronProblem } from "../../../jobs/cron.ts";
import { readConfig } from "../../../jobs/config.ts";
import { METRICS } from "../../../jobs/metrics.ts";
import { JOBS } from "../../../jobs/schedule.ts";

const root = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
const operations = root("docs/operations.md");
const schedulers = root("docs/schedulers.md");
const compose = root("docker-compose.yml");

/** Rows of the tables of a text, as their cells. */
const tableRows = (text: string): string[][] =>
  [...text.matchAll(/^\| (.+) \|$/gm)].map(([, row = ""]) => row.split(" | ").map((cell) => cell.trim()));

describe("docs/schedulers.md", () => {
  it("lists the table of jobs with their times", () => {
    const listed = tableRows(schedulers).filter(([, when = ""]) => /`[\d*][^`]*`$/.test(when));
    const config = readConfig({});
    expect(listed.map(([name = "", when = ""]) => [name, /`([\d*][^`]*)`$/.exec(when)?.[1]])).toEqual(
      JOBS.map(({ name, cron }) => [`\`${name}\``, cron(config)]),
    );
  });

  it("has only cron expressions and settings that the program takes", () => {
    const crontab = /## cron\n\n```\n(.*?)```/s.exec(schedulers)?.[1] ?? "";
    const lines = crontab.split("\n").filter((line) => /^[\d*]/.test(line));
    const expressions = [
      ...lines.map((line) => line.split(/\s+/).slice(0, 5).join(" ")),
      ...[...schedulers.matchAll(/(?:schedule|cron): "([^"]+)"/g)].map(([, one = ""]) => one),
    ];
    expect(expressions.length).toBeGreaterThanOrEqual(5);
    for (const expression of expressions) expect(cronProblem(expression), expression).toBeNull();
    const values = [...`${schedulers}\n${compose}`.matchAll(/TRIALDRIFT_HTTP_PORT(?:=|: |\n\s+value: ")([\d.:]+\d)/g)];
    expect(values.length).toBeGreaterThanOrEqual(4);
    for (const [, value = ""] of values) expect(readConfig({ TRIALDRIFT_HTTP_PORT: value }).http?.port).toBe(9464);
  });

  it("calls commands that there are", async () => {
    const program = new Command();
    const { syncCommand } = await import("../../../jobs/commands/sync.ts");
    const { scheduleCommand } = await import("../../../jobs/commands/schedule.ts");
    const { doctorCommand } = await import("../../../jobs/commands/doctor.ts");
    for (const add of [syncCommand, scheduleCommand, doctorCommand]) add(program);
    const known = program.commands.map((command) => command.name());
    const called = [
      ...schedulers.matchAll(/(?:trialdrift -- |trialdrift\.mjs |--rm app )(\w+)/g),
      ...`${schedulers}\n${compose}`.matchAll(/(?:args|command): \["(\w+)"\]/g),
    ].map(([, name = ""]) => name);
    expect(called.length).toBeGreaterThanOrEqual(10);
    for (const name of called) expect(known, name).toContain(name);
  });
});

describe("docs/operations.md", () => {
  it("says what to do about every exit code and error code", () => {
    const section = operations.split("## What to do about an exit code\n")[1]?.split("\n## ")[0] ?? "";
    const listed = tableRows(section).flatMap(([exit = "", codes = ""]) =>
      [...codes.matchAll(/`(\w+)`/g)].map(([, code = ""]) => [code, Number(exit)]),
    );
    expect(Object.fromEntries(listed)).toEqual(ERROR_CODES);
  });

  it("names every metric, and none that there is not", () => {
    const named = new Set([...operations.matchAll(/trialdrift_[a-z_]+[a-z]/g)].map(([name]) => name));
    const others = /^trialdrift_(reader|process|nodejs|schedule)/;
    const known = METRICS.map(({ name }) => name);
    expect([...named].filter((name) => !others.test(name) && !known.includes(name))).toEqual([]);
    // Not worth an alert, and not watched for anything else.
    const unwatched = ["trialdrift_registry_requests_total"];
    expect(known.filter((name) => !named.has(name))).toEqual(unwatched);
  });
});
