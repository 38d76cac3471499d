import type { Product } from "../extract/product.ts";
import type { Notation, RouteCode } from "./codes.ts";

/** The route column of one record. `details` are words for a person; `untold` are neutral routes that stand only there. */
export interface PrintedRoute {
  codes: string[];
  join: "and" | "or";
  details: string[];
  untold: string[];
}

/** A printed code read back; `neutral` null: the notation does not know it. */
export interface ReadRouteCode {
  code: string;
  neutral: string | null;
  coProducts: string[];
  /** The code holds for one body site alone. */
  sited: boolean;
}

/** Words about where a route ends: its site, and the words by which the route was read. */
function siteWords(product: Product, route: string): string {
  const site = product.routeSites[route] ?? "";
  return product.route.value.length > 1 ? site : [site, ...product.route.evidence.map(({ span }) => span)].join("\n");
}

function entriesFor(route: string, product: Product, notation: Notation): RouteCode[] {
  const fitting = notation.routes.filter(({ neutral }) => neutral === route);
  const general = fitting.find(
    ({ site, coProducts }) => site === null && coProducts.every((one) => product.coProducts.value.includes(one)),
  );
  const sited = fitting.filter(({ site }) => site?.test(siteWords(product, route)) === true);
  return general === undefined ? sited : [general, ...sited];
}

function detailOf(name: string, site: string | null | undefined): string {
  return site === null || site === undefined ? name : `${name} (${site})`;
}

/**
 * Prints a product's routes in the review's codes: the first general entry of a route and every entry whose site is named.
 * Where an entry keeps the other routes in the detail (a co-transplant), only such entries are printed, and the detail says
 * in how many arms. A route without an entry prints its neutral code, so that it cannot be lost.
 */
export function printRoute(product: Product, notation: Notation): PrintedRoute {
  const routes = product.route.value.filter((route) => route !== notation.silentRoute);
  const chosen = routes.map((route) => ({ route, entries: entriesFor(route, product, notation) }));
  const leading = chosen.filter(({ entries }) => entries.some(({ othersInDetail }) => othersInDetail));
  const shown = leading.length > 0 ? leading : chosen;
  const untold = chosen.filter((one) => !shown.includes(one));
  const site = (route: string) => product.routeSites[route];
  const details = [
    ...shown.flatMap(({ route }) => site(route) ?? []),
    ...untold.map(({ route, entries }) => detailOf(entries[0]?.code ?? route, site(route))),
  ];
  if (leading.length > 0 && product.armsTotal > 0) {
    details.push(`in ${product.armsWithProduct} of ${product.armsTotal} arms`);
  }
  return {
    codes: shown.flatMap(({ route, entries }) => (entries.length > 0 ? entries.map(({ code }) => code) : [route])),
    join: shown.length > 1 ? product.routeJoin : "and",
    details,
    untold: untold.map(({ route }) => route),
  };
}

/** Reads printed route codes back, in order. With a neutral notation a code is its own neutral route. */
export function readRoute(codes: readonly string[], notation: Notation): ReadRouteCode[] {
  return codes.map((code) => {
    const entry = notation.routes.find((one) => one.code === code);
    // a route that has no code is printed by its neutral name
    const neutral = entry?.neutral ?? (notation.neutral || code.includes("_") ? code : null);
    return { code, neutral, coProducts: entry?.coProducts ?? [], sited: (entry?.site ?? null) !== null };
  });
}
