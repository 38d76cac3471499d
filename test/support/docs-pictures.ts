import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { cli, type Environment, startCli } from "./cli.ts";

/**
 * `npm run docs:pictures`: the README's pictures, taken of the demo's data with a headless Chromium and made small with
 * pngquant. What a machine lacks is said, and what needs it is left as it is.
 */

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const there = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined;

/** Where the demo of this call lies. */
interface Demo {
  folder: string;
  env: Environment;
}
interface Size {
  width: number;
  height: number;
}
/** What the browser is shown, how high where that depends on it, and what must be closed after. */
interface Shown {
  url: string;
  height?: number;
  close?: () => Promise<unknown>;
}
/** One picture. Shown is null, with a word said, where it cannot be had. */
interface Picture extends Size {
  name: string;
  shown(demo: Demo): Promise<Shown | null>;
}

/** TABLE OF PICTURES, in pixels of the page. */
const PICTURES: readonly Picture[] = [
  { name: "terminal", width: 1000, height: 860, shown: terminal },
  { name: "table", width: 1640, height: 1100, shown: htmlTable },
  { name: "page", width: 1280, height: 860, shown: servedPage },
];

/** The terminal: its width in characters, at most so many lines, of so many pixels each; it ends with a whole study. */
const COLUMNS = 118;
const LINES = 40;
const LINE = 19;
const SHADES: Readonly<Record<string, string>> = { 1: "strong", 2: "quiet", 31: "alarm" };

/** Text of a terminal as HTML: our three inks (pipeline/report/text.ts) become spans, their ends the spans' ends. */
function coloured(text: string): string {
  const safe = text.replaceAll("\r", "").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  // oxlint-disable-next-line no-control-regex -- these are the codes that a terminal is sent
  return safe.replace(/\u001b\[(\d+)m/g, (_, code: string) =>
    SHADES[code] === undefined ? "</span>" : `<span class="${SHADES[code]}">`,
  );
}

function page(demo: Demo, name: string, html: string): Shown {
  const file = join(demo.folder, `${name}.html`);
  writeFileSync(file, html);
  return { url: pathToFileURL(file).href };
}

async function terminal(demo: Demo): Promise<Shown | null> {
  if (!there("script")) {
    say("terminal: skipped, there is no `script` (util-linux) to make one");
    return null;
  }
  const typed = "trialdrift table --table 1";
  const command = `stty cols ${COLUMNS}; ${process.execPath} ${root("jobs/trialdrift.mjs")} ${typed.replace("trialdrift ", "")}`;
  const { stdout } = spawnSync("script", ["-qec", command, "/dev/null"], {
    encoding: "utf8",
    env: { ...process.env, ...demo.env },
    cwd: demo.folder,
  });
  const lines = stdout.split("\n").slice(0, LINES);
  const whole = lines.slice(
    0,
    lines.findLastIndex((line) => line.trim() === ""),
  );
  const shown = page(
    demo,
    "terminal",
    `<!doctype html><meta charset="utf-8"><style>
      body { margin: 0; background: #16191d; }
      pre { margin: 0; padding: 18px 22px; color: #d7dade; font: 13.5px/${LINE}px "DejaVu Sans Mono", monospace; }
      .strong { font-weight: bold; color: #fff; } .quiet { color: #858d96; } .alarm { color: #ff7b72; }
    </style><pre><span class="quiet">$</span> <span class="strong">${typed}</span>\n${coloured(whole.join("\n"))}</pre>`,
  );
  return { ...shown, height: (whole.length + 1) * LINE + 36 };
}

async function htmlTable(demo: Demo): Promise<Shown> {
  const ended = await cli(["table", "--table", "1", "--format", "html"], demo.env, { cwd: demo.folder });
  if (ended.code !== 0) throw new Error(ended.stderr);
  // What stands above the table would fill the picture, and headless Chromium takes none of a page that is scrolled.
  const only = "<style>nav, main > :not(#table-1) { display: none }</style></head>";
  return page(demo, "table", ended.stdout.replace("</head>", only));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

async function servedPage(demo: Demo): Promise<Shown | null> {
  if (!existsSync(root("jobs/commands/serve.ts"))) {
    say("page: skipped, there is no command serve");
    return null;
  }
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const server = startCli(["serve", "--port", String(port)], demo.env, { cwd: demo.folder });
  for (let tries = 0; tries < 100; tries += 1) {
    if (server.child.exitCode !== null) throw new Error((await server.ended).stderr);
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) break;
    await later(200);
  }
  return { url, close: () => server.kill() };
}

function take(chromium: string, url: string, { width, height }: Size, to: string): void {
  const flags = ["--headless", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1.25"];
  // Chromium refuses its sandbox to root; what it is shown is our own page.
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const taken = spawnSync(
    chromium,
    [...flags, ...asRoot, `--window-size=${width},${height}`, `--screenshot=${to}`, url],
    {
      encoding: "utf8",
      timeout: 60_000,
    },
  );
  if (!existsSync(to)) throw new Error(`${chromium} took no picture of ${url}: ${taken.stderr}`);
  if (there("pngquant")) spawnSync("pngquant", ["--force", "--strip", "--speed", "1", "--output", to, "64", to]);
  else say("pngquant is not there: the picture stays as large as it is");
}

async function all(): Promise<void> {
  const chromium = ["chromium", "chromium-browser", "google-chrome"].find(there);
  if (chromium === undefined) return say("skipped: there is no Chromium");
  const folder = mkdtempSync(join(tmpdir(), "trialdrift-pictures-"));
  try {
    const made = await cli(["demo"], {}, { cwd: folder });
    if (made.code !== 0) throw new Error(made.stderr);
    const demo = { folder, env: { TRIALDRIFT_DATA_DIR: join(folder, ".demo") } };
    mkdirSync(root("docs/pictures"), { recursive: true });
    for (const picture of PICTURES) {
      const shown = await picture.shown(demo);
      if (shown === null) continue;
      const file = root(`docs/pictures/${picture.name}.png`);
      rmSync(file, { force: true });
      try {
        take(chromium, shown.url, { ...picture, ...shown }, file);
      } finally {
        await shown.close?.();
      }
      say(`docs/pictures/${picture.name}.png ${Math.ceil(statSync(file).size / 1024)} KB`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await all();
