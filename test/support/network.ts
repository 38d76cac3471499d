import { HttpRequestInterceptor } from "@mswjs/interceptors/http";
import { type HttpHandler, HttpResponse } from "msw";
import { http } from "msw/http";
import { defineNetwork, InterceptorSource } from "msw/experimental";

/**
 * An intercepted network for tests: handlers answer, nothing leaves the machine, and an unhandled request fails. msw's
 * setupServer does not see undici's own fetch; the socket-level interceptor does. It is experimental, so this is the only
 * file that knows of it.
 */
export interface TestNetwork {
  enable(): Promise<void>;
  /** Handlers for one test, in front of the others. */
  use(...handlers: HttpHandler[]): void;
  reset(): void;
  disable(): Promise<void>;
}

export function testNetwork(...handlers: HttpHandler[]): TestNetwork {
  const network = defineNetwork({
    sources: [new InterceptorSource({ interceptors: [new HttpRequestInterceptor()] })],
    handlers,
    onUnhandledFrame: "error",
    context: { quiet: true },
  });
  return {
    enable: async () => network.enable(),
    use: (...more) => network.use(...more),
    reset: () => network.resetHandlers(),
    disable: async () => network.disable(),
  };
}

export { HttpResponse, http };
