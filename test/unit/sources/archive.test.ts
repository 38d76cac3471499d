import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { archiveSource, openArchive } from "../../../pipeline/sources/archive.ts";
import { countRecords } from "../../../pipeline/sources/count.ts";
import { fileSource } from "../../../pipeline/sources/files.ts";
import { valueOf } from "../../../pipeline/reading.ts";
import { openReel } from "../../../pipeline/sources/reel.ts";
import type { Source } from "../../../pipeline/sources/source.ts";
import { nct, trial } from "../../support/small-registry.ts";
import { entryOf, writeArchive } from "../../support/small-zip.ts";

const folder = mkdtempSync(join(tmpdir(), "trialdrift-archive-"));
const zip = join(folder, "ctg-2024-03-15.zip");
const lines = join(folder, "records.jsonl");
const records = Array.from({ length: 620 }, (_, at) => trial(at + 1));

beforeAll(async () => {
  await writeArchive(zip, [["README.txt", "no study"] as const, ...records.map(entryOf)]);
  writeFileSync(lines, `\n${records.map((one) => JSON.stringify(one)).join("\n\n")}`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function idsOf(source: Source): Promise<string[]> {
  const ids: string[] = [];
  for await (const { records } of source.batches())
    for (const record of records)
      ids.push((valueOf(record) as { protocolSection: any }).protocolSection.identificationModule.nctId);
  return ids;
}
const expected = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => nct(from + at + 1));

describe("an archive", () => {
  it("is read by number, from its directory", async () => {
    const archive = await openArchive(zip);
    expect(archive.count).toBe(620);
    const source = archiveSource(zip, archive, 300, 600);
    expect(await idsOf(source)).toEqual(expected(300, 600));
    expect(source).toMatchObject({ announces: "archive", name: "ctg-2024-03-15.zip" });
    expect(source.dataAt?.({}, null)).toBe("2024-03-15T00:00:00");
    archive.close();
  });

  it("that was cut is refused before anything is loaded, wherever it was cut", async () => {
    const whole = readFileSync(zip);
    for (const length of [0, 10, whole.length >> 1, whole.length - 30, whole.length - 1]) {
      const cut = join(folder, "cut.zip");
      writeFileSync(cut, whole);
      truncateSync(cut, length);
      await expect(openArchive(cut)).rejects.toMatchObject({
        code: "usage",
        message: expect.stringContaining("cut.zip"),
      });
    }
  });

  it("hands on an entry that is damaged, lies about its size or is a bomb as a text that says so", async () => {
    const bytes = readFileSync(zip);
    const first = bytes.indexOf("PK\u0003\u0004");
    const second = bytes.indexOf("PK\u0003\u0004", first + 4);
    bytes[second + 80] = (bytes[second + 80] ?? 0) ^ 0xff;
    const bad = join(folder, "bad-2024-01-01.zip");
    writeFileSync(bad, bytes);
    const bomb = join(folder, "bomb.zip");
    await writeArchive(bomb, [[nct(1), " ".repeat(65 * 1024 * 1024)]]);
    const damaged = await openArchive(bad);
    const texts = Array.from({ length: damaged.count }, (_, at) => damaged.read(at)).filter((one) => "broken" in one);
    expect(texts).toHaveLength(1);
    expect(JSON.stringify(texts)).toContain(`${nct(1)}.json`);
    const inflated = await openArchive(bomb);
    expect(inflated.read(0)).toEqual({ broken: expect.stringContaining("more than any record has") });
    damaged.close();
    inflated.close();
  });
});

describe("files in pieces", () => {
  it("counts lines and files as they are read, empty lines not", async () => {
    expect(await countRecords(lines)).toBe(620);
    const zipped = join(folder, "records.jsonl.gz");
    writeFileSync(zipped, gzipSync(readFileSync(lines)));
    expect(await countRecords(zipped)).toBe(620);
    const cut = join(folder, "cut.jsonl.gz");
    writeFileSync(cut, gzipSync(readFileSync(lines)).subarray(0, -20));
    await expect(countRecords(cut)).rejects.toMatchObject({ code: "usage" });
  });

  it("of a folder are its studies in the order of their ids, and announce how many a piece has", async () => {
    const place = join(folder, "studies");
    mkdirSync(place);
    for (const record of records.slice(0, 30)) {
      const [nctId, text] = entryOf(record);
      writeFileSync(join(place, `${nctId}.json`), text);
    }
    writeFileSync(join(place, "notes.json"), "{}");
    expect(await countRecords(place)).toBe(30);
    const source = openReel(fileSource(place)).piece(10, 25);
    expect(source.announces).toBe("archive");
    for await (const { announced } of source.batches()) expect(announced).toBe(15);
    expect(await idsOf(source)).toEqual(expected(10, 25));
  });

  it("share one reading forwards, and begin again to go back", async () => {
    const reel = openReel(fileSource(lines));
    expect(await idsOf(reel.piece(0, 130))).toEqual(expected(0, 130));
    expect(await idsOf(reel.piece(500, 620))).toEqual(expected(500, 620));
    expect(await idsOf(reel.piece(130, 400))).toEqual(expected(130, 400));
    await reel.close();
  });
});
