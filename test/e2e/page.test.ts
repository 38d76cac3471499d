import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cli, type Environment, type Started, startCli } from "../support/cli.ts";

/** The page in a real browser, on the demo's data: for a keyboard, for a screen reader, narrow and wide, light and dark. */

const CHROMIUM = "/usr/bin/chromium";
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LONG = 240_000;

const why = existsSync(CHROMIUM) ? null : `${CHROMIUM} is not there`;

describe.skipIf(why !== null)(`in Chromium${why === null ? "" : ` (skipped: ${why})`}`, () => {
  let place: string;
  let served: Started;
  let browser: Browser;
  let url: string;
  let page: Page;
  const told: string[] = [];

  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), "trialdrift-page-"));
    // A decision is written into the folder: never into the one that is shipped.
    cpSync(join(ROOT, "fixtures/reviews"), join(place, "reviews"), { recursive: true });
    expect((await cli(["demo"], { LOG_LEVEL: "warn" }, { cwd: place })).code).toBe(0);
    const env: Environment = {
      TRIALDRIFT_DATA_DIR: join(place, ".demo"),
      TRIALDRIFT_REVIEWS: join(place, "reviews"),
    };
    served = startCli(["serve", "--decide", "--port", "127.0.0.1:0"], env);
    [, url = ""] = await served.says(/page is at (http:\/\/[\d.:]+)\//);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    page = await context.newPage();
    page.on("console", (message) => told.push(message.text()));
    page.on("request", (request) => {
      if (!request.url().startsWith(url)) told.push(`asked ${request.url()}`);
    });
  }, LONG);
  afterAll(async () => {
    await browser?.close();
    served?.child.kill("SIGTERM");
    expect((await served?.ended)?.code).toBe(0);
    rmSync(place, { recursive: true, force: true });
  });

  /** What has the focus, as a screen reader would name it. */
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const at = (globalThis as any).document.activeElement;
      return `${at.tagName} ${at.textContent}`;
    });
  /** Tab until something like this has the focus. */
  async function tabTo(pattern: RegExp): Promise<void> {
    for (let at = 0; at < 400; at += 1) {
      await page.keyboard.press("Tab");
      if (pattern.test(await focused())) return;
    }
    throw new Error(`Tab does not come to ${String(pattern)}`);
  }
  const tableFile = () =>
    JSON.parse(readFileSync(join(place, "reviews/msc-t1d-sle/table-1.json"), "utf8")) as {
      version: number;
      log?: { version: number; by: string }[];
    };

  test(
    "by keyboard alone: from home to the table, the evidence of a cell, its acceptance, the next version, and back",
    async () => {
      await page.goto(`${url}/`);
      await tabTo(/^A Table$/);
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/table/);
      await tabTo(/^SUMMARY .*words and rules behind NCT/s);
      await page.keyboard.press("Enter");
      await tabTo(/^BUTTON Accept… the registry's enrollment of NCT/);
      expect(await page.locator(":focus").evaluate((node: any) => node.closest("details").open)).toBe(true);
      expect(await page.locator("details[open] .cells q").first().isVisible()).toBe(true);
      const nctId = /NCT\d{8}/.exec(await focused())?.[0] ?? "";
      await page.keyboard.press("Enter");

      await page.getByRole("heading", { name: "Before it is written" }).waitFor();
      const change = await page.locator(".log li").innerText();
      expect(change).toMatch(new RegExp(`^${nctId} enrollment: .+ -> \\d+$`));
      expect(await page.locator("main").innerText()).toContain("version 2 (now 1)");
      expect(tableFile().version).toBe(1);
      await tabTo(/^INPUT/);
      await page.keyboard.type("Eva");
      await page.keyboard.press("Enter");

      await page.getByRole("heading", { name: "Decided" }).waitFor();
      expect(tableFile()).toMatchObject({ version: 2, log: [{ version: 2, by: "Eva" }] });
      await page.getByRole("link", { name: "To the cell in the table" }).click();
      expect(await page.locator("main").innerText()).toContain("(version 2)");
      expect(await page.locator(`#t1-${nctId}-enrollment`).isVisible()).toBe(true);

      await page.getByRole("button", { name: `Take it back… the decision on enrollment of ${nctId}` }).press("Enter");
      await page.getByRole("button", { name: "Write version 3" }).press("Enter");
      await page.getByRole("heading", { name: "Decided" }).waitFor();
      expect(await page.locator("main").innerText()).toContain("undone by Eva");
      expect(tableFile().version).toBe(3);
      expect(told).toEqual([]);
    },
    LONG,
  );

  test(
    "axe finds nothing on any page, light and dark, 360 and 1,400 wide, and nothing is wider than the window",
    async () => {
      const context = await browser.newContext({ bypassCSP: true });
      const tab = await context.newPage();
      const found: unknown[] = [];
      for (const path of [
        "/",
        "/table?kind=moved",
        "/flags",
        "/evidence",
        "/study/NCT02633163",
        "/runs",
        "/login",
        "/nowhere",
        "/decide",
      ]) {
        if (path === "/decide") {
          await tab.goto(`${url}/table`);
          await tab.locator(".study + .evidence summary").first().press("Enter");
          await tab
            .getByRole("button", { name: /^Keep the printed/ })
            .first()
            .press("Enter");
          await tab.getByRole("heading", { name: "Before it is written" }).waitFor();
        } else await tab.goto(url + path);
        await tab.evaluate(axe.source);
        await tab.evaluate(() => {
          for (const one of (globalThis as any).document.querySelectorAll("details")) one.open = true;
        });
        for (const colorScheme of ["light", "dark"] as const)
          for (const width of [360, 1400]) {
            await tab.emulateMedia({ colorScheme });
            await tab.setViewportSize({ width, height: 900 });
            const { violations, wide } = await tab.evaluate(async () => ({
              violations: (await (globalThis as any).axe.run({ resultTypes: ["violations"] })).violations,
              wide: (globalThis as any).document.documentElement.scrollWidth as number,
            }));
            for (const { id, nodes } of violations) found.push([path, colorScheme, width, id, nodes[0].html]);
            if (wide > width) found.push([path, colorScheme, width, "wider than the window", wide]);
          }
      }
      expect(found).toEqual([]);
    },
    LONG,
  );
});

test(
  "a page that everybody could reach is not started without a token",
  async () => {
    const ended = await cli(["serve", "--port", "0.0.0.0:0"], { TRIALDRIFT_DATA_DIR: join(tmpdir(), "nothing-here") });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain("TRIALDRIFT_PAGE_TOKEN");
  },
  LONG,
);
