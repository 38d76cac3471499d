import { TrialdriftError } from "../../db/errors.ts";
import type { Registry } from "./client.ts";
import type { DescriptionKind } from "./description.ts";

/**
 * Asks the registry to describe itself. Null where it does not: neither is part of what the API promises, and a registry
 * without it is no failure. Errors: registry_unreachable, registry_forbidden.
 */
export async function readDescription(registry: Registry, kind: DescriptionKind): Promise<unknown> {
  const understands = (status: number): boolean => status === 404;
  try {
    const answer = await registry.get(`/studies/${kind}`, null, (body) => body, { understands });
    return answer.kind === "value" ? answer.value : null;
  } catch (error) {
    if (error instanceof TrialdriftError && error.code === "registry_rejected") return null;
    throw error;
  }
}
