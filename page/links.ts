/** An address of this site. It always begins with one slash, so that no value in it can lead elsewhere. */
export function at(path: `/${string}`, params: Record<string, string | number | null | undefined> = {}): string {
  const said = Object.entries(params).flatMap(([name, value]): [string, string][] =>
    value === null || value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  const query = new URLSearchParams(said).toString();
  return query === "" ? path : `${path}?${query}`;
}

/** An address of this site that a visitor sent; `/` where it leads anywhere else. */
export function safeReturn(given: string | undefined): string {
  const here = "http://here.invalid";
  if (given === undefined || !URL.canParse(given, here)) return "/";
  const { origin, pathname, search, hash } = new URL(given, here);
  return origin === here && pathname.startsWith("/") && !pathname.startsWith("//") ? pathname + search + hash : "/";
}
