import { readdirSync, readFileSync } from "node:fs";
import { type Lexicon, parseLexicon } from "../../pipeline/extract/lexicon.ts";

const folder = new URL("../../fixtures/lexicons/msc/", import.meta.url);

/** The parsed files of the MSC lexicon, by name. */
export function lexiconFiles(): Record<string, unknown> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return Object.fromEntries(
    names.map((name) => [name, JSON.parse(readFileSync(new URL(name, folder), "utf8")) as unknown]),
  );
}

/** The MSC lexicon, compiled. */
export const mscLexicon = (): Lexicon => parseLexicon(lexiconFiles());
