import type { TestProject } from "vitest/node";
import { startPostgres } from "./postgres-server.ts";

/** Starts one Postgres for the projects that ask for it; TEST_DATABASE_URL names a server to use instead. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env["TEST_DATABASE_URL"];
  if (given !== undefined) {
    project.provide("postgres", given);
    return undefined;
  }
  const server = await startPostgres();
  project.provide("postgres", server.url);
  return () => server.stop();
}

declare module "vitest" {
  export interface ProvidedContext {
    postgres: string;
  }
}
