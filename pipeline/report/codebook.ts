/** The meaning of every public column, taken from docs/schema.md, so that the codebook of an export cannot say otherwise. */

export interface CodebookView {
  /** What one row is. */
  about: string;
  columns: ReadonlyMap<string, string>;
}

/** Reads the sections `### review.<view>`: a sentence, and a table of column, type, meaning. */
export function readCodebook(markdown: string): ReadonlyMap<string, CodebookView> {
  const sections = markdown.split(/^### review\./m).slice(1);
  return new Map(
    sections.map((section): [string, CodebookView] => {
      const [head = "", ...rest] = section.split(/^#{1,3} /m)[0]?.split("\n") ?? [];
      const rows = rest.flatMap((line): [string, string][] => {
        const [, name, meaning] = /^\| (\w+) \| [^|]+ \| (.+) \|$/.exec(line.replaceAll("\\|", "\u0001")) ?? [];
        return name === undefined || meaning === undefined || (name === "column" && meaning === "meaning")
          ? []
          : [[name, meaning.replaceAll("\u0001", "|")]];
      });
      const about = rest.find((line) => line.trim() !== "" && !line.startsWith("|")) ?? "";
      return [head.trim().replace(/\(.*$/, ""), { about: about.trim(), columns: new Map(rows) }];
    }),
  );
}
