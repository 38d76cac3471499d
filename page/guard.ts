import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { Refused } from "./refused.ts";

/**
 * Who may ask, and which posts are the visitor's own will? Without a token the page answers on loopback alone, and only to a
 * browser that was sent to loopback by name: a foreign name that resolves here (DNS rebinding) is refused. With a token it
 * is demanded everywhere, reading included.
 */
export interface Guard {
  /** Refuses foreign host names, visitors without the token, and posts from another site. */
  admit: MiddlewareHandler;
  /** The token that this visitor's forms carry. */
  formToken(c: Context): string;
  /** Refuses a post whose form does not carry the visitor's token. */
  checkForm(c: Context, given: unknown): void;
  /** Lets a visitor in who knows the token. */
  signIn(c: Context, given: unknown): void;
  signOut(c: Context): void;
  /** True where a token is demanded and this visitor has shown it. */
  isSignedIn(c: Context): boolean;
}

const VISITOR = "trialdrift_visitor";
const SESSION = "trialdrift_session";
const SESSION_S = 12 * 3600;
/** Wrong tokens a minute before no more are looked at: a token of 16 signs is not guessed at that pace. */
const MOST_WRONG = 10;
const MINUTE_MS = 60_000;

/** Paths that a visitor without the token may ask for. */
const OPEN_PATHS: readonly string[] = ["/login"];

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
/** In constant time, whatever the lengths. */
const isEqual = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

function hostName(host: string | undefined): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : "";
}

/** A browser says where a post comes from; who says nothing (no browser) still needs the form's token. */
function isCrossSite(c: Context): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site !== "same-origin";
  const origin = c.req.header("origin");
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== c.req.header("host"));
}

/** `host`: the address listened on. `now`: milliseconds. */
export function openGuard(door: { host: string; token: string | null; now: () => number }): Guard {
  const { token, now } = door;
  // Sessions and forms end with the process, and with another token.
  const secret = randomBytes(32);
  const sign = (about: string, text: string): string =>
    createHmac("sha256", secret)
      .update(JSON.stringify([about, text]))
      .digest("base64url");
  const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]", door.host]);
  let wrong: number[] = [];

  function knowsToken(c: Context): boolean {
    if (token === null) return true;
    const bearer = /^Bearer (.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    if (bearer !== undefined) return check(bearer);
    const [until = "", signature = ""] = (getCookie(c, SESSION) ?? "").split(".");
    return Number(until) > now() && isEqual(signature, sign("session", until));
  }
  function check(given: string): boolean {
    wrong = wrong.filter((at) => at > now() - MINUTE_MS);
    if (wrong.length >= MOST_WRONG)
      throw new Refused(429, "too many wrong tokens in the last minute", "wait a minute, then try again");
    const right = token !== null && isEqual(given, token);
    if (!right) wrong.push(now());
    return right;
  }
  const cookie = (c: Context) => ({
    httpOnly: true,
    path: "/",
    secure: c.req.header("x-forwarded-proto") === "https",
  });

  return {
    async admit(c, next) {
      if (token === null && !loopbackNames.has(hostName(c.req.header("host"))))
        throw new Refused(
          403,
          "this page answers to the names of loopback alone",
          "open it as http://localhost:PORT/, or set TRIALDRIFT_PAGE_TOKEN to serve it under another name",
        );
      if (!["GET", "HEAD"].includes(c.req.method) && isCrossSite(c))
        throw new Refused(403, "this post comes from another site", "decide on the page itself");
      if (!OPEN_PATHS.includes(c.req.path) && !knowsToken(c))
        throw new Refused(
          401,
          "this page is not public",
          "sign in with the token, or send it as Authorization: Bearer",
        );
      await next();
    },
    formToken(c) {
      let visitor = getCookie(c, VISITOR) ?? "";
      if (!/^[\w-]{22}$/.test(visitor)) {
        visitor = randomBytes(16).toString("base64url");
        setCookie(c, VISITOR, visitor, { ...cookie(c), sameSite: "Strict" });
      }
      return sign("form", visitor);
    },
    checkForm(c, given) {
      const visitor = getCookie(c, VISITOR) ?? "";
      if (typeof given !== "string" || visitor === "" || !isEqual(given, sign("form", visitor)))
        throw new Refused(
          403,
          "the form carries no valid token; nothing was changed",
          "open the page again and repeat it there",
        );
    },
    signIn(c, given) {
      if (typeof given !== "string" || !check(given))
        throw new Refused(
          401,
          "that is not the token",
          "it is the value of TRIALDRIFT_PAGE_TOKEN where the page was started",
        );
      const until = String(now() + SESSION_S * 1000);
      // Lax: a link in a mail or a feed leads in; posts carry a token of their own.
      setCookie(c, SESSION, `${until}.${sign("session", until)}`, { ...cookie(c), sameSite: "Lax", maxAge: SESSION_S });
    },
    signOut(c) {
      setCookie(c, SESSION, "", { ...cookie(c), maxAge: 0 });
    },
    isSignedIn: (c) => token !== null && c.req.header("authorization") === undefined && knowsToken(c),
  };
}
