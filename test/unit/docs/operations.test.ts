import { readFileSync } from "node:fs";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ERROR_CODES } from "../../../db/errors.ts";
import { serve, serveCommand } from "../../../jobs/commands/serve.ts";
import type { Context } from "../../../jobs/context.ts";
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
    for (const [, value = ""] of values)
      expect([9464, 9465]).toContain(readConfig({ TRIALDRIFT_HTTP_PORT: value }).http?.port);
  });

  it("calls commands that there are", async () => {
    const program = new Command();
    const { syncCommand } = await import("../../../jobs/commands/sync.ts");
    const { scheduleCommand } = await import("../../../jobs/commands/schedule.ts");
    const { doctorCommand } = await import("../../../jobs/commands/doctor.ts");
    for (const add of [syncCommand, scheduleCommand, doctorCommand, serveCommand]) add(program);
    const known = program.commands.map((command) => command.name());
    const called = [
      ...schedulers.matchAll(/(?:trialdrift -- |trialdrift\.mjs |--rm app )(\w+)/g),
      ...`${schedulers}\n${compose}`.matchAll(/(?:args|command): \["(\w+)"\]/g),
    ].map(([, name = ""]) => name);
    expect(called.length).toBeGreaterThanOrEqual(10);
    for (const name of called) expect(known, name).toContain(name);
  });
});

describe("the page in Compose", () => {
  interface Service {
    profiles: string[];
    environment: Record<string, string>;
    ports: string[];
    healthcheck: { test: string[] };
    command: string[];
  }
  const { page } = (parse(compose, { merge: true }) as { services: Record<string, Service> }).services;
  /** As Compose fills it in from .env. */
  const filled = (text = "", env: Record<string, string> = {}): string =>
    text.replace(/\$\{(\w+):[-?](.*?)\}/g, (_, name: string, otherwise: string) => env[name] || otherwise);
  const started = (env: Record<string, string>): Promise<number> => {
    const settings = Object.entries(page?.environment ?? {}).map(([name, value]) => [name, filled(value, env)]);
    const config = readConfig(Object.fromEntries(settings) as Record<string, string>);
    const openDatabase = () => Promise.reject(new Error("the database is asked for"));
    return serve({ config, openDatabase } as unknown as Context, {}, AbortSignal.abort());
  };

  it("starts with its profile alone, reads, and is shown on loopback at the port that it and its health check are told", () => {
    expect([page?.profiles, page?.command]).toEqual([["page"], ["serve"]]);
    const port = readConfig({ TRIALDRIFT_HTTP_PORT: page?.environment["TRIALDRIFT_HTTP_PORT"] ?? "" }).http?.port;
    expect(page?.ports.map((one) => filled(one))).toEqual([`127.0.0.1:${port}:${port}`]);
    expect(page?.healthcheck.test.join(" ")).toContain(`http://127.0.0.1:${port}/login`);
  });

  it("needs no token of those who do not start it, and does not start without one", async () => {
    expect(compose).toContain("${TRIALDRIFT_PAGE_TOKEN:-}");
    expect(root(".env.example")).toMatch(/^TRIALDRIFT_PAGE_TOKEN=$/m);
    await expect(started({})).rejects.toMatchObject({
      code: "config",
      next: expect.stringContaining("set TRIALDRIFT_PAGE_TOKEN"),
    });
    await expect(started({ TRIALDRIFT_PAGE_TOKEN: "sixteen signs, or" })).rejects.toThrow("the database is asked for");
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
