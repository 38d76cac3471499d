import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { TrialdriftError } from "../db/errors.ts";

/** One HTTP server on one address, for health as for the page. */

export interface Listening {
  /** http://ADDRESS:PORT */
  url: string;
  close(): Promise<void>;
}

/** Listens until closed. `next`: what to do where the port cannot be had. Errors: `config`. */
export async function listen(
  at: { host: string; port: number },
  fetch: (request: Request) => Response | Promise<Response>,
  next: string,
): Promise<Listening> {
  const server = createAdaptorServer({ fetch });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new TrialdriftError({
          code: "config",
          message: `cannot listen on ${at.host}:${at.port}: ${cause.message}`,
          state: "nothing was started",
          next,
          cause,
        }),
      ),
    );
    server.listen(at.port, at.host, resolve);
  });
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}
