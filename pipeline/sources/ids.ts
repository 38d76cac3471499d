import type { Registry } from "../registry/client.ts";
import { lookup } from "../registry/lookup.ts";
import { idPages } from "../registry/pages.ts";
import { distinctIds } from "../registry/query.ts";
import type { Batch, Fate, Source } from "./source.ts";

interface Identity {
  nctId: string | null;
  aliases: string[];
}

function identityOf(record: unknown): Identity {
  const module = (
    record as { protocolSection?: { identificationModule?: { nctId?: unknown; nctIdAliases?: unknown } } }
  )?.protocolSection?.identificationModule;
  return {
    nctId: typeof module?.nctId === "string" ? module.nctId : null,
    aliases: Array.isArray(module?.nctIdAliases) ? module.nctIdAliases.map(String) : [],
  };
}

/**
 * Studies by id, in chunks, and what became of the ids that brought none: looked up one by one, alias, tombstone or left
 * (design rule 5; ctgov-api.md 5.1: an alias answers under another id in silence). `departed` are ids that a query no
 * longer finds: whether they still exist is asked, their record is not loaded.
 */
export function idSource(
  registry: Registry,
  name: string,
  wanted: readonly string[],
  departed: readonly string[] = [],
): Source {
  const load = new Set(distinctIds(wanted));
  const ask = distinctIds([...wanted, ...departed]);
  const fates = new Map<string, Fate>();

  async function* batches(): AsyncGenerator<Batch> {
    fates.clear();
    for await (const page of idPages(registry, ask)) {
      const returned = new Map(page.records.map((record) => [identityOf(record).nctId, record]));
      const records = page.records.filter(
        (record) => load.has(identityOf(record).nctId ?? "") || identityOf(record).nctId === null,
      );
      for (const id of page.asked) {
        if (returned.has(id)) {
          if (!load.has(id)) fates.set(id, { kind: "left" });
          continue;
        }
        const found = await lookup(registry, id);
        if (found.kind === "tombstone") fates.set(id, found);
        if (found.kind === "merged") fates.set(id, { kind: "merged", survivor: found.survivor });
        if (found.kind === "found") {
          if (load.has(id)) records.push(found.record);
          else fates.set(id, { kind: "left" });
        }
      }
      yield { records, announced: ask.length };
    }
  }
  return { name, announces: "ids", batches, fates };
}
