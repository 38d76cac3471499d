import * as z from "zod";

/** Pieces that the shapes of a review's files share. */

/** Ids of reviews, lexicons and watchlists, and names of files: never a path (design 4.4). */
export const NAME = /^[a-z0-9][a-z0-9._-]*$/;
export const NAME_RULE = "expected small letters, digits, . _ - that begin with a letter or digit";
export const name = z.string().regex(NAME, { error: NAME_RULE });

/** An object without other keys than these; one that has another is told which there are. */
export function strict<T extends z.ZodRawShape>(shape: T) {
  const known = `expected one of ${Object.keys(shape).join(", ")}`;
  return z.strictObject(shape, { error: ({ code }) => (code === "unrecognized_keys" ? known : undefined) });
}
