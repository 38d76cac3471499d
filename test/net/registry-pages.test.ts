import { describe, expect, test } from "vitest";
import { TrialdriftError } from "../../db/errors.ts";
import { idPages, queryPages } from "../../pipeline/registry/pages.ts";
import { HttpResponse } from "../support/network.ts";
import { nct, plain, pretendRegistry, type Reply, study } from "../support/pretend-registry.ts";

const { registry, seen, serve } = pretendRegistry();

/** A registry of n studies that pages as the real one does: a full last page still hands out a token. */
const listing =
  (count: number): Reply =>
  (url) => {
    const size = Number(url.searchParams.get("pageSize"));
    const from = Number(url.searchParams.get("pageToken") ?? 0);
    const studies = Array.from({ length: Math.min(size, count - from) }, (_, index) => study(from + index + 1));
    return HttpResponse.json({
      studies,
      ...(studies.length === size ? { nextPageToken: String(from + size) } : {}),
      ...(url.searchParams.get("countTotal") === "true" ? { totalCount: count } : {}),
    });
  };

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const page of pages) collected.push(page);
  return collected;
}
const sizes = (pages: { records: unknown[] }[]) => pages.map((page) => page.records.length);

describe("queryPages", () => {
  test.each([
    [0, [0]],
    [3, [3]],
    [5, [5, 0]],
    [7, [5, 2]],
    [10, [5, 5, 0]],
  ])("%d studies in pages of 5", async (count, expected) => {
    serve(listing(count));
    const pages = await all(queryPages(registry(), { cond: "lupus" }, { pageSize: 5 }));
    expect(sizes(pages)).toEqual(expected);
    expect(pages.flatMap((page) => page.records)).toEqual(
      Array.from({ length: count }, (_, index) => study(index + 1)),
    );
    expect(pages.every((page) => page.total === count)).toBe(true);
  });

  test("every page repeats the query; the count is asked for once", async () => {
    serve(listing(12));
    await all(queryPages(registry(), { cond: "lupus", advanced: "AREA[Phase]PHASE1" }, { pageSize: 5 }));
    expect(seen().map((url) => url.searchParams.get("countTotal"))).toEqual(["true", null, null]);
    expect(seen().map((url) => url.searchParams.get("pageToken"))).toEqual([null, "5", "10"]);
    for (const url of seen()) {
      expect(url.searchParams.get("query.cond")).toBe("lupus");
      expect(url.searchParams.get("filter.advanced")).toBe("AREA[Phase]PHASE1");
      expect(url.search).toContain("%5BPhase%5D");
      expect(url.searchParams.get("sort")).toMatch(/^LastUpdatePostDate/);
    }
  });

  test("a failing page is asked for again with the same token", async () => {
    let failed = false;
    serve((url) => {
      if (failed || url.searchParams.get("pageToken") !== "5") return listing(7)(url);
      failed = true;
      return plain("later", 503);
    });
    expect(sizes(await all(queryPages(registry(), {}, { pageSize: 5 })))).toEqual([5, 2]);
    expect(registry().counts).toMatchObject({ requests: 3, retries: 1 });
  });

  test("one page is under way while another is in work, and no more", async () => {
    serve(listing(50));
    const pages = queryPages(registry(), {}, { pageSize: 5 });
    await pages.next();
    await expect.poll(() => seen().length).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(seen()).toHaveLength(2);
    await pages.return(undefined);
  });

  test("a reader who leaves cancels the page under way, and nobody hears its failure", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    serve(async (url) => {
      if (url.searchParams.has("pageToken")) await held;
      return listing(50)(url);
    });
    const started = performance.now();
    for await (const page of queryPages(registry(), {}, { pageSize: 5 })) {
      expect(page.records).toHaveLength(5);
      await expect.poll(() => seen().length).toBe(2);
      break;
    }
    expect(performance.now() - started).toBeLessThan(5000);
    release();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(seen()).toHaveLength(2);
  });

  test("a reader who fails is not told of the page under way", async () => {
    serve((url) => (url.searchParams.has("pageToken") ? plain("bad token", 400) : listing(50)(url)));
    const reading = async () => {
      for await (const _page of queryPages(registry(), {}, { pageSize: 5 })) {
        await expect.poll(() => seen().length).toBe(2);
        throw new Error("the reader failed");
      }
    };
    await expect(reading()).rejects.toThrow("the reader failed");
  });

  test("a page is delivered before the next one's failure is", async () => {
    serve((url) => (url.searchParams.has("pageToken") ? plain("", 403) : listing(50)(url)));
    const pages = queryPages(registry(), {}, { pageSize: 5 });
    expect((await pages.next()).value).toMatchObject({ total: 50 });
    await expect(pages.next()).rejects.toMatchObject({ code: "registry_forbidden" });
  });

  test.each<[string, Reply, string, RegExp]>([
    [
      "a query the registry refuses",
      () => plain("Error parsing query", 400),
      "registry_rejected",
      /Error parsing query/,
    ],
    [
      "a token it refuses",
      (url) => (url.searchParams.has("pageToken") ? plain("bad token", 400) : listing(50)(url)),
      "incomplete",
      /page token: bad token/,
    ],
    [
      "the same token twice",
      () => HttpResponse.json({ studies: [study(1)], nextPageToken: "t", totalCount: 9 }),
      "incomplete",
      /twice/,
    ],
    [
      "empty pages without end",
      (url) =>
        HttpResponse.json({ studies: [], nextPageToken: `${url.searchParams.get("pageToken") ?? ""}x`, totalCount: 9 }),
      "incomplete",
      /3 empty pages/,
    ],
    ["a count that does not come", () => HttpResponse.json({ studies: [] }), "registry_unreachable", /totalCount/],
    ["a listing without studies", () => HttpResponse.json({ totalCount: 1 }), "registry_unreachable", /studies/],
    ["null for a listing", () => HttpResponse.json(null), "registry_unreachable", /studies/],
    [
      "a token that is a number",
      () => HttpResponse.json({ studies: [], totalCount: 0, nextPageToken: 7 }),
      "registry_unreachable",
      /nextPageToken/,
    ],
    [
      "a redirect",
      () => new HttpResponse(null, { status: 301, headers: { location: "https://x.example/" } }),
      "registry_rejected",
      /redirects/,
    ],
  ])("%s is an error", async (_name, reply, code, message) => {
    serve(reply);
    const error = await all(queryPages(registry(), {}, { pageSize: 5 })).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TrialdriftError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe("idPages", () => {
  /** Answers the ids that exist, an alias by its survivor, as filter.ids does. */
  const byIds: Reply = (url) => {
    const ids = (url.searchParams.get("filter.ids") ?? "").split("|");
    const studies = ids
      .filter((id) => id !== nct(13))
      .map((id) => (id === nct(7) ? study(900, [id]) : study(Number(id.slice(3)))));
    return HttpResponse.json({ studies: studies.slice(0, Number(url.searchParams.get("pageSize") ?? 10)) });
  };

  test("chunks of 100 with room on the page, each id once, absent ones simply absent", async () => {
    serve(byIds);
    const ids = Array.from({ length: 250 }, (_, index) => nct(index + 1));
    const pages = await all(idPages(registry(), [...ids, "nct1", nct(250)]));
    expect(pages.map((page) => page.asked.length)).toEqual([100, 100, 50]);
    expect(sizes(pages)).toEqual([99, 100, 50]);
    expect(pages.every((page) => page.total === null)).toBe(true);
    expect(pages.flatMap((page) => page.asked)).toEqual(ids);
    expect(pages[0]?.records).toContainEqual(study(900, [nct(7)]));
  });

  test("a token behind a chunk is followed within it", async () => {
    serve((url) =>
      HttpResponse.json(
        url.searchParams.has("pageToken") ? { studies: [study(2)] } : { studies: [study(1)], nextPageToken: "t" },
      ),
    );
    expect(await all(idPages(registry(), [nct(1), nct(2)]))).toEqual([
      { records: [study(1), study(2)], total: null, asked: [nct(1), nct(2)] },
    ]);
  });

  test("no ids, no request; a malformed one stops before any request", async () => {
    serve(byIds);
    expect(await all(idPages(registry(), []))).toEqual([]);
    expect(() => idPages(registry(), [nct(1), "NCT0"])).toThrow(/"NCT0" is not an NCT id/);
    expect(seen()).toEqual([]);
  });
});
