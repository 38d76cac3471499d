import { readFileSync } from "node:fs";
import { Command } from "commander";
import { ERROR_CODES } from "../db/errors.ts";
import { backfillCommand } from "./commands/backfill.ts";
import { backupCommands } from "./commands/backup.ts";
import { claimsCommand } from "./commands/claims.ts";
import { demoCommand } from "./commands/demo.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { decisionCommands } from "./commands/drift.ts";
import { exportCommand } from "./commands/export.ts";
import { extractCommand } from "./commands/extract.ts";
import { answerCommands } from "./commands/flags.ts";
import { listCommands } from "./commands/list.ts";
import { mcpCommand } from "./commands/mcp.ts";
import { quarantineCommands } from "./commands/quarantine.ts";
import { recomputeCommand } from "./commands/recompute.ts";
import { replayCommand } from "./commands/replay.ts";
import { folderCommands } from "./commands/reviews.ts";
import { knownReviewCommands } from "./commands/reviews-known.ts";
import { scheduleCommand } from "./commands/schedule.ts";
import { serveCommand } from "./commands/serve.ts";
import { showCommand } from "./commands/show.ts";
import { syncCommand } from "./commands/sync.ts";
import { tableCommand } from "./commands/table.ts";
import { importCommand } from "./commands/table-import.ts";
import { workerCommand } from "./commands/worker.ts";

/** The command line: flags in, one call, one format out. A verb starts work, a noun lists the view of its name. */

/** TABLE OF COMMANDS in the order of --help: each adds itself; what stands under a noun comes after the nouns. */
const COMMANDS: readonly ((program: Command) => void)[] = [
  syncCommand,
  scheduleCommand,
  backfillCommand,
  workerCommand,
  serveCommand,
  recomputeCommand,
  tableCommand,
  listCommands,
  claimsCommand,
  answerCommands,
  quarantineCommands,
  decisionCommands,
  importCommand,
  folderCommands,
  knownReviewCommands,
  showCommand,
  extractCommand,
  replayCommand,
  exportCommand,
  backupCommands,
  mcpCommand,
  demoCommand,
  doctorCommand,
];

const version = (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string })
  .version;
const program = new Command("trialdrift")
  .description("Keeps a published review's trial tables in step with ClinicalTrials.gov")
  .version(version, "-V", "print the program's version")
  .enablePositionalOptions()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "error usage: ")) })
  .showHelpAfterError("  state: nothing was read or changed\n  next: trialdrift --help lists the commands")
  .exitOverride()
  .addHelpText(
    "after",
    `
Exit codes: 0 fine, also with open flags; 1 failed, nothing published; 2 wrong usage or configuration;
3 finished but incomplete; 4 another process holds the lock; 69 registry or database unreachable.
stdout is data, stderr is log. Settings come from the environment (README).`,
  );
for (const add of COMMANDS) add(program);

try {
  await program.parseAsync();
} catch (error) {
  const { code, exitCode } = error as { code?: string; exitCode?: number };
  if (code === undefined || !code.startsWith("commander.")) throw error;
  process.exitCode = exitCode === 0 ? 0 : ERROR_CODES.usage;
}
