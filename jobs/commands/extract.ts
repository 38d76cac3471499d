import { join } from "node:path";
import { TrialdriftError } from "../../db/errors.ts";
import { explain } from "../../pipeline/extract/explain.ts";
import { extractProduct } from "../../pipeline/extract/extract.ts";
import { labelOf } from "../../pipeline/extract/label.ts";
import { valueOf } from "../../pipeline/reading.ts";
import { validate } from "../../pipeline/registry/validate.ts";
import { readLexicon } from "../../pipeline/review/folder.ts";
import { fileSource } from "../../pipeline/sources/files.ts";
import type { Context } from "../context.ts";
import { perform, print } from "../exit.ts";
import { Argument, type Command } from "commander";
import { formatOption } from "../options.ts";

/** `extract`: what the rules read in each record, with spans. A record that cannot be read is named on stderr; exit 3. */
export async function extract(
  context: Context,
  paths: readonly string[],
  options: { lexicon: string; format: "text" | "json" },
): Promise<number> {
  const lexicon = readLexicon(options.lexicon, context.config.reviewsDir, context.config.lexiconsDir);
  if (lexicon === null)
    throw new TrialdriftError({
      code: "usage",
      message: `there is no lexicon ${options.lexicon}`,
      next: `lexicons are folders beside the reviews, or in ${join(context.config.lexiconsDir)}`,
    });
  const printed: string[] = [];
  let refused = 0;
  for (const path of paths) {
    for await (const { records } of fileSource(path).batches()) {
      for (const record of records) {
        const verdict = validate(valueOf(record));
        if (verdict.ok) {
          const product = extractProduct(verdict.study, lexicon);
          printed.push(
            options.format === "json"
              ? JSON.stringify(labelOf(verdict.study, product), null, 1)
              : explain(verdict.study, product),
          );
          continue;
        }
        refused += 1;
        context.log.error(
          `${verdict.nctId ?? "a record without an id"} in ${path}: ${verdict.issues.map((issue) => `${issue.path} ${issue.reason}`).join("; ")}`,
        );
      }
    }
  }
  await print(options.format === "json" ? `[${printed.join(",\n")}]` : printed.join("\n"));
  return refused > 0 ? 3 : 0;
}

export function extractCommand(program: Command): void {
  program
    .command("extract")
    .description("what the rules read in each record of files, with the words; no database")
    .addArgument(new Argument("<path...>", ".jsonl[.gz] files or folders of NCT*.json"))
    .option("--lexicon <name>", "which lexicon reads", "msc")
    .addOption(formatOption("text", "json"))
    .action((paths: string[], options: { lexicon: string; format: "text" | "json" }) =>
      perform((context) => extract(context, paths, options)),
    );
}
