import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { openRegistry, type Registry } from "../../pipeline/registry/client.ts";
import { HttpResponse, http, testNetwork } from "./network.ts";

/** Answers one request to the pretended registry. */
export type Reply = (url: URL) => Response | Promise<Response>;

export const nct = (number: number): string => `NCT${String(number).padStart(8, "0")}`;

/** A study of which only the identity matters. */
export const study = (number: number, aliases: string[] = []) => ({
  protocolSection: {
    identificationModule: { nctId: nct(number), ...(aliases.length ? { nctIdAliases: aliases } : {}) },
  },
});

/** The registry's way to refuse: plain text. */
export const plain = (body: string, status: number): Response =>
  new HttpResponse(body, { status, headers: { "content-type": "text/plain" } });

const BASE = "https://registry.example/api/v2";

/**
 * A client per test over an intercepted network; `serve` says how requests are answered, `seen` which came. Every test
 * also fails when a promise was rejected and nobody heard it.
 */
export function pretendRegistry() {
  const network = testNetwork();
  let registry: Registry;
  let seen: URL[] = [];
  let unheard: unknown[] = [];
  const hear = (reason: unknown) => unheard.push(reason);

  beforeAll(async () => {
    await network.enable();
    process.on("unhandledRejection", hear);
  });
  afterAll(async () => {
    process.off("unhandledRejection", hear);
    await network.disable();
  });
  beforeEach(() => {
    seen = [];
    unheard = [];
    registry = openRegistry({ baseUrl: BASE, rate: 500, userAgent: "", backoffScale: 0.001 });
  });
  afterEach(async () => {
    await registry.close();
    network.reset();
    // Node tells of an unheard rejection after the microtasks of its turn.
    await new Promise((resolve) => setImmediate(resolve));
    expect(unheard).toEqual([]);
  });

  return {
    registry: () => registry,
    seen: () => seen,
    serve(reply: Reply) {
      network.use(
        http.get(`${BASE}/*`, ({ request }) => {
          const url = new URL(request.url);
          seen.push(url);
          return reply(url);
        }),
      );
    },
  };
}
