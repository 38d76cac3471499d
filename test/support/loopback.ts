import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A scripted HTTP server on loopback, for what an intercepted network cannot do: cut a body, stall, lie about lengths.
 * Each request takes the next step of the script, the last step stays.
 */
export type Step = (request: IncomingMessage, response: ServerResponse) => void;

export interface Loopback {
  /** http://127.0.0.1:PORT */
  url: string;
  /** Path, query and arrival (ms) of every request so far. */
  requests: { url: string; at: number; headers: IncomingMessage["headers"] }[];
  close(): Promise<void>;
}

export async function openLoopback(...script: Step[]): Promise<Loopback> {
  const requests: Loopback["requests"] = [];
  const server = createServer((request, response) => {
    const step = script[Math.min(requests.length, script.length - 1)];
    requests.push({ url: request.url ?? "", at: performance.now(), headers: request.headers });
    if (step === undefined) throw new Error("a loopback server needs at least one step");
    step(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A whole answer. Objects are sent as JSON. */
export const answer =
  (body: unknown, { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {}): Step =>
  (_request, response) => {
    const isText = typeof body === "string" || Buffer.isBuffer(body);
    response.writeHead(status, { "content-type": isText ? "text/plain" : "application/json", ...headers });
    response.end(isText ? body : JSON.stringify(body));
  };

/** Sends the beginning of a JSON body and destroys the socket; `announced` is its content-length, chunked without. */
export const cut =
  (beginning: string, announced?: number): Step =>
  (_request, response) => {
    const length = announced === undefined ? {} : { "content-length": String(announced) };
    response.writeHead(200, { "content-type": "application/json", ...length });
    response.write(beginning, () => setTimeout(() => response.socket?.destroy(), 5));
  };

/** Sends the beginning of a JSON body and nothing more. */
export const stall =
  (beginning: string): Step =>
  (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write(beginning);
  };

/** Hangs up without a word. */
export const hangUp: Step = (request) => {
  request.socket.destroy();
};
