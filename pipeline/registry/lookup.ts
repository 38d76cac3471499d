import { TrialdriftError } from "../../db/errors.ts";
import type { Registry } from "./client.ts";
import { distinctIds, normalizeNctId } from "./query.ts";

/**
 * What became of one id (ctgov-api.md 5.1): its own record, the record of another study into which it was merged, or
 * nothing under this number.
 */
export type Lookup =
  | { kind: "found"; record: unknown }
  | { kind: "merged"; survivor: string; record: unknown }
  | { kind: "tombstone" };

/** A survivor can itself have been merged later; more steps than this are a circle. */
const MOST_STEPS = 4;

/** A record that does not say whose it is answers no question about an id. */
function readStudy(body: unknown): { nctId: string; record: unknown } {
  const record = body as { protocolSection?: { identificationModule?: { nctId?: unknown } } } | null;
  const stated = record?.protocolSection?.identificationModule?.nctId;
  const nctId = typeof stated === "string" ? normalizeNctId(stated) : null;
  if (nctId === null) throw new Error("a study without an NCT id");
  return { nctId, record };
}

/** `NCT number NCT99999999 not found` (ctgov-api.md 1.6). An empty or HTML 404 is a wrong base URL, not a tombstone. */
const saysGone = (nctId: string) => (status: number, text: string) =>
  status === 404 && text.includes(nctId) && /not found/i.test(text);

/**
 * Looks one id up. A redirect is followed by hand: only the id is taken from its target, so that nothing leaves the base
 * URL. Errors: usage (no NCT id), those of Registry.get, and registry_rejected for a redirect that names no study.
 */
export async function lookup(registry: Registry, nctId: string): Promise<Lookup> {
  const [asked = ""] = distinctIds([nctId]);
  let target = asked;
  for (let step = 1; step <= MOST_STEPS; step += 1) {
    const answer = await registry.get(`/studies/${target}`, null, readStudy, { understands: saysGone(target) });
    if (answer.kind === "refused") return { kind: "tombstone" };
    if (answer.kind === "value") {
      const { nctId: returned, record } = answer.value;
      return returned === asked ? { kind: "found", record } : { kind: "merged", survivor: returned, record };
    }
    const next = /\/studies\/(NCT\d+)/i.exec(answer.location)?.[1];
    const survivor = next === undefined ? null : normalizeNctId(next);
    if (survivor === null) break;
    target = survivor;
  }
  throw new TrialdriftError({
    code: "registry_rejected",
    message: `${asked}: the registry's redirect leads to no study`,
    state: "nothing of this answer was used",
    next: "check CTGOV_BASE_URL; if it is right, look the id up on the registry's site",
  });
}
