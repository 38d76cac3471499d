import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A webhook's receiver on loopback that keeps what it got. Each request takes the next step, the last one stays. */

export interface Received {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export type Reply = (response: ServerResponse) => void;

export interface Receiver {
  /** http://127.0.0.1:PORT/hook/SECRET */
  url: string;
  port: number;
  received: Received[];
  close(): Promise<void>;
}

export const TOKEN = "T0PSECRETTOKEN";

export async function openReceiver(...steps: Reply[]): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const step = steps[Math.min(received.length, steps.length - 1)];
      const body = Buffer.concat(chunks).toString("utf8");
      received.push({ path: request.url ?? "", headers: request.headers, body });
      step?.(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook/${TOKEN}`,
    port,
    received,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export const reply =
  (status: number, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, headers);
    response.end("whatever it says");
  };

/** Takes the request and says nothing. */
export const silence: Reply = () => {};

/** Says that it is well and then never ends its body. */
export const endless: Reply = (response) => {
  response.writeHead(200);
  response.write("a");
};
