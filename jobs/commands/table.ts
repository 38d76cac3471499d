export interface TableFlags { review?: string; table?: number; values: "curated"|"registry"; wide?: boolean; format: "text"|"md"|"csv"|"json" }
export async function table(_c: unknown, _o: TableFlags): Promise<number> { return 0; }
