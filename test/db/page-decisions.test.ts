import { describe, expect, test } from "vitest";
import { readView } from "../../db/read.ts";
import { A, openPages, text, wish } from "../support/pages.ts";
import { hiddenField, visitorOf } from "../support/site.ts";
import { nct } from "../support/small-registry.ts";

/** The page over real HTTP: what a decision or an answer on it leaves. */

const pages = openPages();

describe("deciding", () => {
  test("the next version's log is shown before it is written; then it is written as on the command line, and undone", async () => {
    const before = pages.file();
    const visitor = visitorOf(pages.open.url);
    const token = hiddenField(await text(visitor.get("/table")), "token");
    const page = await text(visitor.post("/decide", { ...wish, verb: "accept", token }));
    expect(page).toContain("version 2 (now 1)");
    expect(page).toContain(`${A} enrollment: 25 -&gt; 20`);
    expect(pages.file()).toBe(before);

    const expecting = hiddenField(page, "expect");
    const confirm = { ...wish, verb: "accept", token, by: "Eva", note: "as posted" };
    const stale = await visitor.post("/decide/confirm", { ...confirm, expect: "0".repeat(36) });
    expect(stale.status).toBe(400);
    expect(await stale.text()).toContain("has changed since you looked");
    expect(pages.file()).toBe(before);

    const taken = await visitor.post("/decide/confirm", { ...confirm, expect: expecting });
    expect(taken.status).toBe(303);
    const decided = await text(visitor.get(taken.headers.get("location") ?? ""));
    expect(decided).toContain("by Eva");
    const { version, rows, log } = JSON.parse(pages.file());
    expect([version, rows[0].cells.enrollment, log[0].by]).toEqual([2, 20, "Eva"]);
    expect(await text(visitor.get("/table"))).toContain("(version 2)");

    const undo = { review: "lupus", decision: hiddenField(decided, "decision"), verb: "undo", token };
    const outlook = await text(visitor.post("/decide", undo));
    expect(outlook).toContain("version 3 (now 2)");
    const undone = await visitor.post("/decide/confirm", {
      ...undo,
      by: "Eva",
      note: "",
      expect: hiddenField(outlook, "expect"),
    });
    expect(undone.status).toBe(303);
    expect(JSON.parse(pages.file()).rows[0].cells.enrollment).toBe(25);
  });

  test("all cells of a study that a rule has placed at once: listed first, one name for all, each taken back by itself", async () => {
    const before = JSON.parse(pages.file());
    const visitor = visitorOf(pages.open.url);
    const B = nct(12);
    const shown = await text(visitor.get(`/table?q=${B}`));
    expect(shown).toContain(`Accept all that a rule has placed…<span class="aside"> in ${B}</span>`);
    const all = { ...wish, nct: B, column: "all", token: hiddenField(shown, "token") };
    expect(await text(visitor.post("/decide", { ...all, verb: "reject" }))).toContain("enrollment: 25 stays");
    expect((await visitor.post("/decide", { ...all, verb: "own", value: "20" })).status).toBe(400);
    const page = await text(visitor.post("/decide", { ...all, verb: "accept" }));
    const lines = [...page.matchAll(/<li>(NCT.*?)<\/li>/g)].map(([, line = ""]) => line);
    expect(lines).toEqual([`${B} start: 2019-05 -&gt; 2019-03`, `${B} enrollment: 25 -&gt; 20`]);
    expect(page).toContain(`Left to you, one by one: ${B} outcomes`);
    expect(JSON.parse(pages.file())).toEqual(before);

    const person = { by: "Eva", note: "as posted" };
    const taken = await visitor.post("/decide/confirm", {
      ...all,
      ...person,
      verb: "accept",
      expect: hiddenField(page, "expect"),
    });
    const decided = await text(visitor.get(taken.headers.get("location") ?? ""));
    expect(decided.match(/by Eva/g)).toHaveLength(lines.length);
    const after = JSON.parse(pages.file());
    expect([after.version, after.rows[1].cells.enrollment, after.rows[1].cells.start_date]).toEqual([
      before.version + 1,
      20,
      "2019-03",
    ]);
    expect(await text(visitor.get(`/table?q=${B}`))).not.toContain("Accept all");
    const nothing = await visitor.post("/decide", { ...all, verb: "accept" });
    expect([nothing.status, await nothing.text()]).toEqual([
      400,
      expect.stringContaining("there is nothing to decide"),
    ]);

    const ids = [...decided.matchAll(/name="decision" value="([^"]*)"/g)].map(([, id = ""]) => id);
    for (const decision of ids) {
      const undo = { review: "lupus", decision, verb: "undo", token: all.token };
      const outlook = await text(visitor.post("/decide", undo));
      await visitor.post("/decide/confirm", { ...undo, ...person, expect: hiddenField(outlook, "expect") });
    }
    expect(JSON.parse(pages.file()).rows).toEqual(before.rows);
  });

  test("an own value is checked as on the command line; a cell that agrees is refused", async () => {
    const visitor = visitorOf(pages.open.url);
    const token = hiddenField(await text(visitor.get("/table")), "token");
    for (const [fields, words] of [
      [{ ...wish, verb: "own", value: "many" }, "expected"],
      [{ ...wish, verb: "accept", column: "country" }, "agree already"],
      [{ ...wish, verb: "accept", column: "size" }, "the field column is wrong"],
      [{ ...wish, verb: "delete" }, "the field verb is wrong"],
    ] as const) {
      const answer = await visitor.post("/decide", { ...fields, token });
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain(words);
    }
  });

  test("the sentence on results and publications are decided by their own values", async () => {
    const visitor = visitorOf(pages.open.url);
    const page = await text(visitor.get("/table"));
    expect(page).toContain(`for results of ${A}`);
    const token = hiddenField(page, "token");
    for (const [fields, words] of [
      [
        { verb: "own", column: "results", value: "Safe in ten patients" },
        "results: (blank) -&gt; Safe in ten patients",
      ],
      [{ verb: "accept", column: "publications", value: "31415926" }, "PMID 31415926 confirmed"],
      [{ verb: "reject", column: "publications", value: "31415926" }, "stays at version"],
    ] as const)
      expect(await text(visitor.post("/decide", { ...wish, ...fields, token })), words).toContain(words);
    const without = await visitor.post("/decide", { ...wish, verb: "accept", column: "publications", token });
    expect(without.status).toBe(400);
  });

  test("flags are answered with name and note", async () => {
    const visitor = visitorOf(pages.open.url);
    const page = await text(visitor.get("/flags"));
    const [token, flag] = [hiddenField(page, "token"), hiddenField(page, "flag")];
    const without = await visitor.post("/flags", {
      token,
      review: "lupus",
      flag,
      state: "acknowledged",
      by: "Eva",
      note: " ",
    });
    expect(without.status).toBe(400);
    const answer = await visitor.post("/flags", {
      token,
      review: "lupus",
      flag,
      state: "acknowledged",
      by: "Eva",
      note: "seen",
    });
    expect(answer.status).toBe(303);
    expect(await text(visitor.get(answer.headers.get("location") ?? ""))).toContain(
      `flag ${flag} is acknowledged by Eva`,
    );
    const found = (await readView<{ flag_id: number; state: string }>(pages.database.db, "flags")).find(
      ({ flag_id }) => String(flag_id) === flag,
    );
    expect(found?.state).toBe("acknowledged");
  });
});
