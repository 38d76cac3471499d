import type { Command } from "commander";
import { readArchive, writeArchive } from "../../db/archive.ts";
import { dumpLines, restoreLines } from "../../db/backup.ts";
import type { Context } from "../context.ts";
import { perform, print } from "../exit.ts";

/** `backup` and `restore`: the whole database as one file that either database and any later version reads. */

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

async function backup(context: Context, file: string): Promise<number> {
  const database = await context.openDatabase("reader");
  let total = 0;
  const onTable = (name: string, count: number) => {
    total += count;
    context.log.debug(`${name}: ${count} rows`);
  };
  const bytes = await writeArchive(file, (write) => dumpLines(database, write, onTable));
  await print(`${file}: ${total} rows, ${megabytes(bytes)}, from ${database.place}`);
  return 0;
}

async function restore(context: Context, file: string): Promise<number> {
  const database = await context.openDatabase("bare");
  let total = 0;
  await restoreLines(database, readArchive(file), (name, count) => {
    total += count;
    context.log.debug(`${name}: ${count} rows`);
  });
  await print(`${total} rows restored into ${database.place}; \`trialdrift doctor\` looks it over`);
  return 0;
}

export function backupCommands(program: Command): void {
  program
    .command("backup <file>")
    .description("the whole database as one file; review folders are files of yours already")
    .action((file: string) => perform((context) => backup(context, file)));
  program
    .command("restore <file>")
    .description("fill an empty database from a backup, of either kind and of this or an earlier version")
    .action((file: string) => perform((context) => restore(context, file)));
}
