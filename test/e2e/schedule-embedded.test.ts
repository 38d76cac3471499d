import { describe, expect, test } from "vitest";
import { cli } from "../support/cli.ts";
import { scheduling, standing, SYNCED, TIDIED } from "../support/scheduling.ts";

/** The scheduler on an embedded database, and what keeps it from starting. */

const { freshOn, schedule, stall, played, folder } = scheduling();

describe("on an embedded database", () => {
  test("killed in a run, the next start takes over; other commands get their turn, a second scheduler does not; health is told", async () => {
    const place = await freshOn("embedded");
    const reached = stall();
    const killed = schedule(place);
    await reached;
    await killed.kill();
    const one = schedule(place, { TRIALDRIFT_HTTP_PORT: "0" });
    const [, url = ""] = await one.says(/health and figures at ([^"]+)/);
    expect(await (await fetch(`${url}/healthz`)).text()).toBe("alive\n");
    await one.says(/its owner died/);
    await one.says(SYNCED);
    await one.says(TIDIED);
    const settings = { ...place.env, TRIALDRIFT_REVIEWS: folder().directory, TRIALDRIFT_LOCK_WAIT: "30s" };
    const listed = await cli(["runs", "--format", "json"], settings);
    expect(listed.code, listed.stderr).toBe(0);
    const runs = JSON.parse(listed.stdout) as { job: string; state: string }[];
    const nightly = runs.filter(({ job }) => job === "sync");
    expect(nightly.map(({ state }) => state).sort()).toEqual(["abandoned", "published"]);
    const second = await cli(["schedule"], { ...settings, CTGOV_BASE_URL: played().url });
    expect(second).toMatchObject({ code: 2, stdout: "" });
    expect(second.stderr).toContain("error config: another scheduler works on the embedded database in ");
    expect(second.stderr).toContain(`process ${one.child.pid} on `);

    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const figures = await (await fetch(`${url}/metrics`)).text();
    expect(figures).toContain('trialdrift_runs{job="sync",state="published"} 1\n');
    expect(figures).toContain('trialdrift_records_total{outcome="new"} 1\n');
    expect(figures).toMatch(/^trialdrift_review_age_seconds\{review="small"\} \d/m);
    expect(figures).toMatch(/^trialdrift_job_age_seconds\{job="sync"\} \d/m);
    expect(figures).toMatch(/^trialdrift_process_resident_memory_bytes \d/m);
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
    one.child.kill("SIGTERM");
    expect((await one.ended).code).toBe(0);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow("fetch failed");
    expect((await standing(place)).syncs).toMatchObject([{ attempts: 2, outcome: "complete" }]);
  }, 120_000);

  test("a wrong expression, a taken port and a broken review end it at once with 2", async () => {
    const place = await freshOn("embedded");
    const wrong = await schedule(place, { TRIALDRIFT_CRON: "61 * * * *" }).ended;
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain('TRIALDRIFT_CRON="61 * * * *": not a cron expression (minute: ');
    const taken = await schedule(place, { TRIALDRIFT_HTTP_PORT: new URL(played().url).port }).ended;
    expect(taken.code).toBe(2);
    expect(taken.stderr).toContain("set TRIALDRIFT_HTTP_PORT to a free port");
    const nowhere = await schedule(place, { TRIALDRIFT_REVIEWS: place.env["TRIALDRIFT_DATA_DIR"] ?? "" }).ended;
    expect(nowhere.code).toBe(2);
  });
});
