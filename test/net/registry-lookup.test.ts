import { describe, expect, test } from "vitest";
import { lookup } from "../../pipeline/registry/lookup.ts";
import { HttpResponse } from "../support/network.ts";
import { nct, plain, pretendRegistry, type Reply, study } from "../support/pretend-registry.ts";

const { registry, seen, serve } = pretendRegistry();

describe("lookup", () => {
  const moved = (to: string) => new HttpResponse(null, { status: 301, headers: { location: to } });
  const idOf = (url: URL) => url.pathname.split("/").at(-1) ?? "";

  test("a study under its own id, asked for in any spelling", async () => {
    serve((url) => HttpResponse.json(study(Number(idOf(url).slice(3)))));
    expect(await lookup(registry(), "nct42")).toEqual({ kind: "found", record: study(42) });
    expect(seen()[0]?.pathname).toBe("/api/v2/studies/NCT00000042");
  });

  test.each([
    ["an absolute target", `https://other.example/api/v2/studies/${nct(2)}`],
    ["a relative target", `/api/v2/studies/${nct(2)}?format=json`],
  ])("an alias with %s is followed by id, below the base URL", async (_name, location) => {
    serve((url) => (idOf(url) === nct(1) ? moved(location) : HttpResponse.json(study(2, [nct(1)]))));
    expect(await lookup(registry(), nct(1))).toEqual({ kind: "merged", survivor: nct(2), record: study(2, [nct(1)]) });
    expect(seen().map((url) => url.origin)).toEqual(["https://registry.example", "https://registry.example"]);
  });

  test("an alias of an alias, and one that answers 200 under another id", async () => {
    serve((url) => {
      const number = Number(idOf(url).slice(3));
      return number < 3 ? moved(`/api/v2/studies/${nct(number + 1)}`) : HttpResponse.json(study(5));
    });
    expect(await lookup(registry(), nct(1))).toMatchObject({ kind: "merged", survivor: nct(5) });
    expect(await lookup(registry(), nct(4))).toMatchObject({ kind: "merged", survivor: nct(5) });
  });

  test("a tombstone is what the registry says in its own words", async () => {
    serve((url) => plain(`NCT number ${idOf(url)} not found`, 404));
    expect(await lookup(registry(), nct(9))).toEqual({ kind: "tombstone" });
    expect(registry().counts.requests).toBe(1);
  });

  test.each<[string, Reply]>([
    ["an empty 404", () => new HttpResponse(null, { status: 404 })],
    ["an HTML 404", (url) => HttpResponse.html(`<h1>${url.pathname} not found</h1>`, { status: 404 })],
    [
      "another server's JSON 404",
      (url) => HttpResponse.json({ message: `${url.pathname} not found` }, { status: 404 }),
    ],
    ["a 404 about another id", () => plain(`NCT number ${nct(8)} not found`, 404)],
    ["a redirect to no study", () => moved("https://registry.example/maintenance")],
    ["a redirect in a circle", (url) => moved(`/studies/${idOf(url) === nct(1) ? nct(2) : nct(1)}`)],
  ])("%s is no tombstone but an error", async (_name, reply) => {
    serve(reply);
    await expect(lookup(registry(), nct(1))).rejects.toMatchObject({ code: "registry_rejected" });
  });

  test("a study that does not say whose it is is no answer", async () => {
    serve(() => HttpResponse.json({ protocolSection: {} }));
    await expect(lookup(registry(), nct(1))).rejects.toMatchObject({ code: "registry_unreachable" });
  });

  test("text that is no id is never sent", async () => {
    serve(() => HttpResponse.json(study(1)));
    await expect(lookup(registry(), "NCT1/../../x")).rejects.toMatchObject({ code: "usage" });
    expect(seen()).toEqual([]);
  });
});
