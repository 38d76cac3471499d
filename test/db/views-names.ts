/** Names and times of the store written by hand. */
export const hex = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
export const NCT = (n: number): string => `NCT0000000${n}`;
export const AT = "2022-01-21T09:00:00";
