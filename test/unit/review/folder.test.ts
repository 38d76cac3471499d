import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readReview } from "../../../pipeline/review/folder.ts";

const directory = mkdtempSync(join(tmpdir(), "trialdrift-folder-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("codes that no run could compile are found when the folder is read, before anything is fetched", () => {
  mkdirSync(join(directory, "knee"));
  const watchlists = [{ id: "main", query: { cond: "knee" } }];
  const codes = { route: { codes: [{ code: "iv", neutral: "oral" }] } };
  writeFileSync(join(directory, "knee", "review.json"), JSON.stringify({ id: "knee", title: "K", watchlists, codes }));
  expect(() => readReview(directory, "knee", directory)).toThrow(
    `${directory}/knee/review.json $.codes: the review's codes cannot be read: codes.route.codes`,
  );
});
