import { setTimeout as sleep } from "node:timers/promises";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { copyIntoServer, promptSocket } from "./copy-in.ts";
import { TrialdriftError } from "./errors.ts";
import type { Database, OpenOptions } from "./open.ts";

/** First key of our advisory locks, so that another program on the same server is not met by chance. */
const LOCK_SPACE = 7_614_001;

function withoutSecret(url: string): string {
  try {
    const parsed = new URL(url);
    return `${parsed.hostname}:${parsed.port || "5432"}${parsed.pathname}`;
  } catch {
    return "DATABASE_URL";
  }
}

/** A Postgres server, 15 to 18. One client with one owner: drizzle changes its serializers. */
export async function openServer(options: OpenOptions & { url: string }): Promise<Database> {
  const place = withoutSecret(options.url);
  const name = `trialdrift ${process.pid} ${process.argv.slice(2, 4).join(" ")}`.slice(0, 60);
  const client = postgres(options.url, {
    max: 4,
    onnotice: () => {},
    connection: { application_name: name },
    connect_timeout: 10,
  });
  // The driver knows `socket`, its types do not; it cannot try several hosts in turn, which the driver's own socket does.
  const prompt = new URL(options.url).host.includes(",") ? {} : { socket: promptSocket };
  const loader = postgres(options.url, {
    ...prompt,
    max: 2,
    idle_timeout: 60,
    onnotice: () => {},
    connection: { application_name: name },
  } as postgres.Options<Record<string, never>>);
  // Locks of a session live on a connection of their own: a killed process releases them with its socket.
  const holder = postgres(options.url, {
    max: 1,
    onnotice: () => {},
    idle_timeout: 0,
    connection: { application_name: name },
  });
  const taken = new Set<string>();
  try {
    await client`select 1`;
  } catch (cause) {
    await Promise.all([client.end({ timeout: 1 }), loader.end({ timeout: 1 }), holder.end({ timeout: 1 })]);
    throw new TrialdriftError({
      code: "database_unreachable",
      message: `the database at ${place} does not answer`,
      state: "nothing was changed",
      next: "check DATABASE_URL, that the server runs and accepts this user",
      cause,
    });
  }

  async function takeOne(name: string, deadline: number): Promise<void> {
    for (let told = false; ; told = true) {
      const [got] = await holder`select pg_try_advisory_lock(${LOCK_SPACE}, hashtext(${name})) as got`;
      if (got?.["got"] === true) return;
      const [who] = await holder`
        select a.application_name || ' (backend ' || a.pid || ', from ' || coalesce(host(a.client_addr), 'local') || ')' as who
          from pg_locks l join pg_stat_activity a using (pid)
         where l.locktype = 'advisory' and l.classid = ${LOCK_SPACE}
           and l.objid = (hashtext(${name})::bigint & 4294967295)::oid and l.granted limit 1`;
      const message = `${name} is being worked on by ${String(who?.["who"] ?? "another process")}`;
      if (performance.now() >= deadline)
        throw new TrialdriftError({
          code: "locked",
          message,
          state: "nothing was fetched or written",
          next: "wait for it, or raise TRIALDRIFT_LOCK_WAIT",
        });
      if (!told) options.onWait(message);
      await sleep(200);
      options.signal?.throwIfAborted();
    }
  }

  return {
    db: drizzle(client),
    kind: "server",
    place,
    async lock(names) {
      const deadline = performance.now() + options.lockWaitMs;
      const mine: string[] = [];
      const release = async () => {
        for (const one of mine) {
          taken.delete(one);
          // A lost connection has released it already.
          await holder`select pg_advisory_unlock(${LOCK_SPACE}, hashtext(${one}))`.catch(() => {});
        }
      };
      try {
        for (const one of names) {
          await takeOne(one, deadline);
          mine.push(one);
          taken.add(one);
        }
      } catch (error) {
        await release();
        throw error;
      }
      return release;
    },
    async assertHeld() {
      const [held] = await holder`
        select count(*)::int as locks from pg_locks
         where locktype = 'advisory' and classid = ${LOCK_SPACE} and pid = pg_backend_pid() and granted`;
      if (Number(held?.["locks"] ?? 0) >= taken.size) return;
      throw new TrialdriftError({
        code: "locked",
        message: "the connection that held this run's locks was lost, and another process may be at work",
        state: "this run was not published",
        next: "run again",
      });
    },
    copy: copyIntoServer(loader),
    async checkpoint() {},
    async close() {
      await Promise.all([client.end({ timeout: 5 }), loader.end({ timeout: 5 }), holder.end({ timeout: 5 })]);
    },
  };
}
