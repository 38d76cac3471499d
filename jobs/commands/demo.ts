import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startReplay } from "../../fixtures/replay/server.ts";
import { lockDirectory } from "../../db/datadir-lock.ts";
import { type Context, openContext } from "../context.ts";
import { perform, print } from "../exit.ts";
import { listNoun } from "./list.ts";
import { sync } from "./sync.ts";
import { table } from "./table.ts";
import type { Command } from "commander";

const DIRECTORY = ".demo";
const RECORDINGS = fileURLToPath(new URL("../../fixtures/recordings/", import.meta.url));
const DATES = ["2022-01-21", "2026-11-20"];
const REVIEW = "msc-t1d-sle";

/**
 * The whole job on recorded answers: first date, then second date, through real HTTP on loopback and the real embedded
 * database, in a directory of its own that each demo begins anew.
 */
export async function demo(outer: Context): Promise<number> {
  const lock = await lockDirectory(DIRECTORY, outer.config.lockWaitMs, (message) => outer.log.warn(message));
  const replay = await startReplay({
    paths: DATES.map((date) => `${RECORDINGS}${date}.jsonl`),
    step: 1,
    onAnswered: () => {},
  });
  rmSync(DIRECTORY, { recursive: true, force: true });
  const context = openContext({
    TRIALDRIFT_DATA_DIR: DIRECTORY,
    CTGOV_BASE_URL: replay.url,
    TRIALDRIFT_RATE: "1000",
    LOG_LEVEL: outer.config.logLevel,
  });
  // One database for all steps: opening it is the slowest part of each.
  const opened = context.openDatabase("writer");
  const steps: Context = { ...context, openDatabase: () => opened };
  try {
    await title(`1. First run, registry data of ${DATES[0]}: the baseline`);
    await sync(steps, { review: REVIEW });
    await replay.setStep(2);
    await title(`2. Second run, registry data of ${DATES[1]}: what changed`);
    await sync(steps, { review: REVIEW });
    await title("3. The review's tables, cell by cell");
    await table(steps, { review: REVIEW, values: "curated", format: "text" });
    await title("4. Status changes");
    await listNoun(steps, "status_changes", { review: REVIEW, format: "text" });
    await title("What to type next");
    const env = `TRIALDRIFT_DATA_DIR=${DIRECTORY} npm run -s trialdrift --`;
    await print(
      [
        `${env} flags            # open questions`,
        `${env} drift --kind moved`,
        `${env} table --format html > table.html   # the page; --format md, csv or json for other files`,
        "npm run -s trialdrift -- sync                      # go live: asks ClinicalTrials.gov, data in .data",
        "npm run -s trialdrift -- --help",
      ].join("\n"),
    );
    return 0;
  } finally {
    await replay.close();
    await context.close();
    lock.release();
  }
}

function title(text: string): Promise<void> {
  return print(`\n${text}\n${"=".repeat(text.length)}\n`);
}

export function demoCommand(program: Command): void {
  program
    .command("demo")
    .description("the whole job on recorded answers of two dates, in a database of its own")
    .action(() => perform((context) => demo(context)));
}
