import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Replay, type ReplayOptions, startReplay } from "../../fixtures/replay/server.ts";

const id = (n: number): string => `NCT${String(n).padStart(8, "0")}`;

const record = (
  n: number,
  title: string,
  more: { version?: string; posted?: string; aliases?: string[] } = {},
): unknown => ({
  protocolSection: {
    identificationModule: { nctId: id(n), nctIdAliases: more.aliases ?? [], briefTitle: title },
    statusModule: { lastUpdatePostDateStruct: { date: more.posted } },
  },
  derivedSection: { miscInfoModule: { versionHolder: more.version } },
});
const lines = (...records: unknown[]): string => records.map((made) => `${JSON.stringify(made)}\n`).join("");

let folder = "";
let replays: Replay[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "replay-steps-"));
});
afterEach(async () => {
  await Promise.all(replays.map((replay) => replay.close()));
  replays = [];
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function start(options: ReplayOptions): Promise<Replay> {
  const replay = await startReplay(options);
  replays.push(replay);
  return replay;
}

async function titles(replay: Replay): Promise<string[]> {
  const body = (await (await fetch(`${replay.url}/studies`)).json()) as { studies: ReturnType<typeof JSON.parse>[] };
  return body.studies.map((study) => String(study.protocolSection.identificationModule.briefTitle));
}
const status = async (replay: Replay, n: number): Promise<number> =>
  (await fetch(`${replay.url}/studies/${id(n)}`, { redirect: "manual" })).status;

describe("order of PATHs", () => {
  test("later files replace records of the same id; dataTimestamp rises with every step", async () => {
    const paths = [
      await file("a-2024-05-01.jsonl", lines(record(1, "one"), record(2, "two"))),
      await file("b.jsonl.gz", gzipSync(lines(record(2, "two again")))),
      await file("c-2024-05-03.json", JSON.stringify({ studies: [record(3, "three")] })),
    ];
    const replay = await start({ paths, step: 1 });
    expect([replay.steps, replay.dataTimestamp, await titles(replay)]).toEqual([
      3,
      "2024-05-01T09:00:01",
      ["one", "two"],
    ]);
    await replay.setStep(2);
    expect([replay.dataTimestamp, await titles(replay)]).toEqual(["2024-05-01T09:00:02", ["one", "two again"]]);
    await replay.setStep(3);
    expect([replay.dataTimestamp, await titles(replay)]).toEqual([
      "2024-05-03T09:00:03",
      ["one", "two again", "three"],
    ]);
    await replay.setStep(1);
    expect([replay.dataTimestamp, await titles(replay)]).toEqual(["2024-05-01T09:00:01", ["one", "two"]]);
  });

  test("a folder with index.json: its order, its gone ids, 404 and not in searches", async () => {
    await file("s/z-2024-01-01.jsonl", lines(record(1, "one"), record(2, "two")));
    await file("s/a-2024-01-02.jsonl", lines(record(3, "three")));
    await file("s/not-listed.jsonl", lines(record(9, "nine")));
    const index = [
      { file: "z-2024-01-01.jsonl", gone: [] },
      { file: "a-2024-01-02.jsonl", gone: [id(1)] },
    ];
    await file("s/index.json", JSON.stringify(index));
    const replay = await start({ paths: [join(folder, "s")] });
    expect(await titles(replay)).toEqual(["two", "three"]);
    expect(await status(replay, 1)).toBe(404);
    await replay.setStep(1);
    expect([await titles(replay), await status(replay, 1)]).toEqual([["one", "two"], 200]);

    const alone = await start({ paths: [join(folder, "s/z-2024-01-01.jsonl"), join(folder, "s/a-2024-01-02.jsonl")] });
    expect(await titles(alone)).toEqual(["two", "three"]);
  });

  test("a folder without index.json: by name, a file a step, between other PATHs", async () => {
    await file("records/NCT00000002.json", JSON.stringify(record(2, "two")));
    await file("records/NCT00000001.json", JSON.stringify([record(1, "one")]));
    const last = await file("last.jsonl", lines(record(1, "last")));
    const replay = await start({ paths: [join(folder, "records"), last], step: 2 });
    expect([replay.steps, await titles(replay)]).toEqual([3, ["one", "two"]]);
    await replay.setStep(3);
    expect(await titles(replay)).toEqual(["last", "two"]);
  });

  test("an id that a record lists as alias is retired, whatever the order in the file", async () => {
    const first = await file("1.jsonl", lines(record(5, "five"), record(6, "six")));
    const merged = await file("2.jsonl", lines(record(5, "five, merged", { aliases: [id(6)] }), record(6, "six")));
    const replay = await start({ paths: [first, merged], step: 1 });
    expect(await status(replay, 6)).toBe(200);
    await replay.setStep(2);
    expect([await titles(replay), await status(replay, 6)]).toEqual([["five, merged"], 301]);
  });
});

describe("the data date", () => {
  test.each([
    [
      "a name's date before any other",
      "x-2023-03-03.jsonl",
      { version: "2024-01-01", posted: "2024-01-01" },
      "2023-03-03T09:00:01",
    ],
    [
      "else the newest versionHolder",
      "x-2023-03.jsonl",
      { version: "2024-01-02", posted: "2024-03-01" },
      "2024-01-02T09:00:01",
    ],
    ["else the newest posting date", "x.jsonl", { posted: "2024-03-01" }, "2024-03-01T09:00:01"],
    ["else none", "x.jsonl", {}, "1970-01-01T09:00:01"],
    ["a folder's name counts for its files", "of-2022-02-02/x.jsonl", { version: "2024-01-02" }, "2022-02-02T09:00:01"],
  ])("%s", async (_, name, dates, expected) => {
    const path = await file(name, lines(record(1, "one", dates)));
    const replay = await start({ paths: [name.includes("/") ? join(path, "..") : path] });
    expect(replay.dataTimestamp).toBe(expected);
  });

  test("more than sixty PATHs still rise", async () => {
    const paths = await Promise.all(Array.from({ length: 61 }, (_, n) => file(`${n}-2024-05-01.jsonl`, "")));
    expect((await start({ paths })).dataTimestamp).toBe("2024-05-01T09:01:01");
  });

  test("a page token dies with the state of the data it was made for", async () => {
    const paths = [
      await file("1-2024-05-01.jsonl", lines(record(1, "one"), record(2, "two"))),
      await file("2.jsonl", ""),
    ];
    const replay = await start({ paths, step: 1 });
    const { nextPageToken } = (await (await fetch(`${replay.url}/studies?pageSize=1`)).json()) as {
      nextPageToken: string;
    };
    const ask = (): Promise<Response> => fetch(`${replay.url}/studies?pageSize=1&pageToken=${nextPageToken}`);
    expect((await ask()).status).toBe(200);
    await replay.setStep(2);
    const answer = await ask();
    expect([answer.status, await answer.text()]).toEqual([
      400,
      "Parameter `pageToken` belongs to another state of the data",
    ]);
  });
});

describe("bad input", () => {
  test("unreadable lines are skipped and counted; odd but complete records are served", async () => {
    const odd = {
      protocolSection: {
        identificationModule: { nctId: id(7), briefTitle: "odd" },
        conditionsModule: { conditions: "gout" },
      },
    };
    const content = `\uFEFF${lines(odd)}{"cut":\n\n[1]\n{"protocolSection":{}}\r\n"text"\n${JSON.stringify(record(8, "last, \u2028 no line end"))}`;
    const log: string[] = [];
    const replay = await start({ paths: [await file("x.jsonl", content)], onApplied: (line) => log.push(line) });
    expect(await titles(replay)).toEqual(["odd", "last, \u2028 no line end"]);
    expect(log).toEqual(["applied x.jsonl: 2 upserts, 4 unparseable, 0 gone; 2 studies"]);
    expect(await (await fetch(`${replay.url}/studies/${id(7)}`)).json()).toEqual(odd);
  });

  test("a .json file that is not JSON counts as one", async () => {
    const log: string[] = [];
    await start({ paths: [await file("x.json", "<html>")], onApplied: (line) => log.push(line) });
    expect(log[0]).toContain("0 upserts, 1 unparseable");
  });

  test("what cannot be replayed is said at the start", async () => {
    const path = await file("1.jsonl", "");
    await expect(start({ paths: [join(folder, "absent.jsonl")] })).rejects.toThrow(/cannot read .*absent/);
    await expect(start({ paths: [path], step: 2 })).rejects.toThrow(/step 2 does not exist/);
    await expect(start({ paths: [path], step: 0 })).rejects.toThrow(/step 0/);
    await mkdir(join(folder, "empty"));
    await expect(start({ paths: [join(folder, "empty")] })).rejects.toThrow(/no .jsonl/);
    await file("wrong/index.json", JSON.stringify([{ file: "gone.jsonl" }]));
    await expect(start({ paths: [join(folder, "wrong")] })).rejects.toThrow(/names gone.jsonl/);
    await expect(
      start({ paths: [await file("cut.jsonl.gz", gzipSync(lines(record(1, "x"))).subarray(0, 30))] }),
    ).rejects.toThrow();
    const taken = await start({ paths: [path] });
    await expect(start({ paths: [path], port: taken.port })).rejects.toThrow(/EADDRINUSE/);
  });

  test("a failed setStep leaves the state and later moves untouched", async () => {
    const replay = await start({
      paths: [await file("1.jsonl", lines(record(1, "one"))), await file("2.jsonl", "")],
      step: 1,
    });
    await expect(replay.setStep(3)).rejects.toThrow(RangeError);
    expect(await titles(replay)).toEqual(["one"]);
    await replay.setStep(2);
    expect(replay.dataTimestamp).toMatch(/:02$/);
  });
});

describe("a test's faults", () => {
  test("onRequest may answer, cut the line or fail; requests are counted", async () => {
    const seen: string[] = [];
    const log: string[] = [];
    const replay = await start({
      paths: [await file("1.jsonl", lines(record(1, "one")))],
      onAnswered: (line) => log.push(line),
      onApplied: () => {},
      onRequest: ({ method, url, count }, response) => {
        seen.push(`${count} ${method} ${url.pathname}${url.search}`);
        if (count === 1) response.writeHead(503, { "retry-after": "0" }).end("busy");
        if (count === 2) response.destroy();
        if (count === 3) throw new Error("no such fault");
        return count < 3;
      },
    });
    const ask = (): Promise<Response> => fetch(`${replay.url}/version?x=1`);
    const busy = await ask();
    expect([busy.status, await busy.text()]).toEqual([503, "busy"]);
    await expect(ask()).rejects.toThrow();
    expect((await ask()).status).toBe(500);
    expect((await ask()).status).toBe(400);
    expect(seen).toEqual([1, 2, 3, 4].map((count) => `${count} GET /api/v2/version?x=1`));
    await expect.poll(() => log.length).toBe(4);
    expect(log[1]).toMatch(/ cut$/);
  });
});
