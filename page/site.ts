import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie } from "hono/cookie";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { readColumns } from "../db/describe.ts";
import type { Database } from "../db/open.ts";
import { readView } from "../db/read.ts";
import type { Db } from "../db/sql.ts";
import type { CodebookView } from "../pipeline/report/codebook.ts";
import type { ReviewRow } from "../pipeline/report/rows.ts";
import type { Acts } from "./acts.ts";
import { answerView } from "./api.ts";
import { asking, confirmationSent, decisionPage, outlookPage, readDecisions, readingOnly, wishSent } from "./decide.ts";
import { evidencePage, readEvidence } from "./evidence.ts";
import { failureOf, failurePage, loginPage, UNFORESEEN } from "./failure.ts";
import { answerSent, flagsAsked, flagsPage, readFlags, readReviewFlags } from "./flags.ts";
import { openGuard } from "./guard.ts";
import { homePage, readHome, readStanding } from "./home.ts";
import { kept } from "./kept.ts";
import { contentPolicy, layout, type Page } from "./layout.ts";
import { at, safeReturn } from "./links.ts";
import { openApi } from "./openapi.ts";
import { PLOT_STYLE } from "./plots/style.ts";
import { Refused } from "./refused.ts";
import { readRuns, runsPage } from "./run.ts";
import { readStudyPage, type StudyPageData, studyPage } from "./study.ts";
import { type ReadTables, readShown, readTable, tableAsked, tablePage, tableTitle } from "./table.ts";

/** TABLE OF ROUTES: what each address answers. Reads are over the public views; what writes is handed in. */

export interface SiteParts {
  /** The address listened on. */
  host: string;
  /** What visitors must know; null: nothing, on loopback. */
  token: string | null;
  /** Lends the database for one request. */
  use<T>(work: (database: Database) => Promise<T>): Promise<T>;
  readTables: ReadTables;
  /** Null: the site only reads. */
  acts: Acts | null;
  codebook: ReadonlyMap<string, CodebookView>;
  /** Told of failures that nobody foresaw. */
  onFailure(error: unknown): void;
  now(): number;
}

const NAME = "trialdrift_name";
const YEAR_S = 365 * 86_400;
/** The longest form is a cell's own value with a note. */
const MOST_SENT = 64 * 1024;

/** The review meant: the one named, else the first with tables, else the first. */
async function reviewMeant(db: Db, named: string | undefined): Promise<string> {
  const known = await readView<ReviewRow>(db, "reviews");
  const ids = known.map(({ review }) => review);
  if (named !== undefined && named !== "" && !ids.includes(named))
    throw new Refused(404, "there is no such review", `reviews: ${ids.join(", ") || "none; run trialdrift sync"}`);
  const [first] = [...known.filter(({ tables }) => Object.keys(tables).length > 0), ...known];
  const meant = named === undefined || named === "" ? first?.review : named;
  if (meant === undefined) throw new Refused(404, "no review is in the database yet", "run trialdrift sync");
  return meant;
}

/** Errors: 404 where nobody, or not the review named, knows the study. */
async function readStudyMeant(db: Db, nctId: string, named: string | undefined): Promise<StudyPageData> {
  const review = named === undefined || named === "" ? null : await reviewMeant(db, named);
  const known = /^NCT\d{8}$/.test(nctId) ? await readStudyPage(db, nctId, review) : null;
  if (known !== null) return known;
  throw new Refused(404, "there is no such study here", "search by number or title on the table's page");
}

export function site(parts: SiteParts): Hono {
  const { use, acts } = parts;
  const guard = openGuard(parts);
  /** Views read at one moment, whatever is published meanwhile. */
  const read = <T>(work: (db: Db) => Promise<T>): Promise<T> =>
    use(({ db }) => db.transaction(work, { isolationLevel: "repeatable read", accessMode: "read only" }));
  const shownOf = kept((db, review) => readShown(parts.readTables, db, review));
  const flagsOf = kept(readReviewFlags);
  const standing = kept(readStanding);
  // The plots of 1,500 studies take 100 ms to draw: they are kept drawn.
  const evidenceOf = kept(async (db, review) => evidencePage(await readEvidence(db, review)));
  const app = new Hono();

  const formToken = (c: Context): string | null => (acts === null ? null : guard.formToken(c));
  const nameOf = (c: Context): string => getCookie(c, NAME) ?? "";
  function answer(c: Context, page: Page, status: ContentfulStatusCode = 200): Response {
    const isSignedIn = guard.isSignedIn(c);
    const visit = {
      path: c.req.path,
      review: c.req.query("review") ?? null,
      isDeciding: acts !== null,
      formToken: isSignedIn ? guard.formToken(c) : null,
      isSignedIn,
    };
    c.header("content-security-policy", contentPolicy(page));
    c.header("cache-control", "private, no-store");
    return c.html(layout(page, visit), status);
  }
  /** What a form sent, once it is known to be the visitor's own. */
  async function sent(c: Context): Promise<Record<string, unknown>> {
    const body = await c.req.parseBody({ all: true });
    guard.checkForm(c, body["token"]);
    return body;
  }
  function deciding(): Acts {
    if (acts === null)
      throw new Refused(403, "this page only reads", "decide on the command line, or start it with --decide");
    return acts;
  }
  function keepName(c: Context, by: string): void {
    setCookie(c, NAME, by, { httpOnly: true, sameSite: "Strict", path: "/", maxAge: YEAR_S });
  }

  app.use(async (c, next) => {
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "no-referrer");
    c.header("cross-origin-resource-policy", "same-origin");
    c.header("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    await next();
  });
  app.use(guard.admit);
  app.use(bodyLimit({ maxSize: MOST_SENT, onError: (c) => c.text("more was sent than any form here holds\n", 413) }));

  app.get("/", async (c) => answer(c, { title: "Home", body: homePage(await read((db) => readHome(db, standing))) }));
  app.get("/table", async (c) => {
    const asked = tableAsked(c.req.query());
    const data = await read(async (db) => readTable(db, asked, await reviewMeant(db, asked.review), shownOf));
    const token = formToken(c);
    const { review, table } = data.meant.input.head;
    const ask = token === null || table === null ? readingOnly(review) : asking(token, review, table);
    return answer(c, { title: tableTitle(data), body: tablePage(data, ask) });
  });
  app.get("/flags", async (c) => {
    const asked = flagsAsked(c.req.query());
    const data = await read(async (db) => readFlags(db, asked, await reviewMeant(db, asked.review), flagsOf));
    return answer(c, { title: "Needs you", body: flagsPage(data, formToken(c), nameOf(c)) });
  });
  app.get("/evidence", async (c) => {
    const body = await read(async (db) => evidenceOf(db, await reviewMeant(db, c.req.query("review"))));
    return answer(c, { title: "Evidence map", body, styles: [PLOT_STYLE] });
  });
  app.get("/study/:nct", async (c) => {
    const data = await read((db) => readStudyMeant(db, c.req.param("nct"), c.req.query("review")));
    return answer(c, { title: data.nctId, body: studyPage(data), styles: [PLOT_STYLE] });
  });
  app.get("/runs", async (c) => {
    const named = c.req.query("review");
    const data = await read(async (db) =>
      readRuns(db, named === undefined || named === "" ? null : await reviewMeant(db, named)),
    );
    return answer(c, { title: "Runs", body: runsPage(data) });
  });

  app.post("/flags", async (c) => {
    const body = await sent(c);
    const given = answerSent(body);
    await use((database) => deciding().answer(database, given));
    keepName(c, given.by);
    const review = typeof body["review"] === "string" ? body["review"] : null;
    return c.redirect(at("/flags", { review, answered: given.flagIds.join(",") }), 303);
  });
  app.post("/decide", async (c) => {
    const wish = wishSent(await sent(c));
    const outlook = await use((database) => deciding().look(database, wish));
    return answer(c, {
      title: "Before it is written",
      body: outlookPage(wish, outlook, guard.formToken(c), nameOf(c)),
    });
  });
  app.post("/decide/confirm", async (c) => {
    const body = await sent(c);
    const wish = wishSent(body);
    const { expect, ...person } = confirmationSent(body);
    const ids = await use((database) => deciding().take(database, wish, person, expect));
    keepName(c, person.by);
    return c.redirect(at("/decided", { review: wish.review, id: ids.join(",") }), 303);
  });
  app.get("/decided", async (c) => {
    const decided = await read(async (db) =>
      readDecisions(db, await reviewMeant(db, c.req.query("review")), (c.req.query("id") ?? "").split(",")),
    );
    return answer(c, { title: "Decided", body: decisionPage(decided, formToken(c)) });
  });

  app.get("/login", (c) =>
    answer(c, { title: "Sign in", body: loginPage(guard.formToken(c), safeReturn(c.req.query("next")), null) }),
  );
  app.post("/login", async (c) => {
    const body = await sent(c);
    guard.signIn(c, body["word"]);
    return c.redirect(safeReturn(typeof body["next"] === "string" ? body["next"] : undefined), 303);
  });
  app.post("/logout", async (c) => {
    await sent(c);
    guard.signOut(c);
    return c.redirect("/login", 303);
  });

  app.get("/api/openapi.json", async (c) => c.json(openApi(await read((db) => readColumns(db)), parts.codebook)));
  app.get("/api/*", (c) => read((db) => answerView(c, db, c.req.path.slice("/api/".length))));

  app.notFound(() => {
    throw new Refused(404, "there is no such page", "the pages are listed at the top");
  });
  app.onError((error, c) => {
    const failure = failureOf(error) ?? UNFORESEEN;
    if (failure === UNFORESEEN) parts.onFailure(error);
    if (failure.status === 401) c.header("www-authenticate", "Bearer");
    if (c.req.path.startsWith("/api/")) {
      const { message, state, next, status } = failure;
      return c.json({ error: message, ...(state === null ? {} : { state }), next }, status);
    }
    const returnTo = c.req.method === "GET" ? c.req.url.slice(new URL(c.req.url).origin.length) : "/";
    if (failure.status === 401 || failure.status === 429)
      return answer(
        c,
        {
          title: "Sign in",
          body: loginPage(guard.formToken(c), safeReturn(returnTo), c.req.method === "POST" ? failure.message : null),
        },
        failure.status,
      );
    return answer(c, { title: "Not done", body: failurePage(failure) }, failure.status);
  });
  return app;
}
