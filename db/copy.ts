/**
 * How rows are written in COPY's binary format: the bytes of a record as they are, no hex, no escaping, and the same on
 * both databases. Pure, and without drizzle: a worker thread that loads it pays 0.6 s and 120 MB. copy-in.ts sends the bytes.
 */

/** Rows of one table, each a tuple that ends at its place in `ends`: any run of them can be copied apart from the rest. */
export interface Encoded {
  bytes: Uint8Array<ArrayBuffer>;
  ends: number[];
}

const HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const TRAILER = Buffer.from([0xff, 0xff]);
const DAY = 86_400_000;
/** Binary dates count days from 2000-01-01. */
const EPOCH = 10_957;
const TEXT_OID = 25;

/** Bytes that grow; values are appended in network order. */
class Writer {
  #bytes = Buffer.from(new ArrayBuffer(1 << 18));
  #at = 0;

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const larger = Buffer.from(new ArrayBuffer(Math.max(this.#bytes.length * 2, this.#at + more)));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }

  int16(value: number): void {
    this.#room(2);
    this.#at = this.#bytes.writeInt16BE(value, this.#at);
  }

  int32(value: number): void {
    this.#room(4);
    this.#at = this.#bytes.writeInt32BE(value, this.#at);
  }

  int64(value: number): void {
    this.#room(8);
    this.#at = this.#bytes.writeBigInt64BE(BigInt(value), this.#at);
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  hex(value: string): void {
    this.#room(value.length >> 1);
    this.#at += this.#bytes.write(value, this.#at, "hex");
  }

  /** Text with its length before it; NUL characters go, lone surrogates become U+FFFD (as in sql.ts jsonText). */
  text(value: string): void {
    const clean = value.includes("\0") ? value.replaceAll("\0", "") : value;
    this.#room(4 + clean.length * 3);
    const length = this.#bytes.write(clean, this.#at + 4, "utf8");
    this.#bytes.writeInt32BE(length, this.#at);
    this.#at += 4 + length;
  }

  /** A value whose length is known only once it is written. */
  sized(write: () => void): void {
    const from = this.#at;
    this.int32(0);
    write();
    this.#bytes.writeInt32BE(this.#at - from - 4, from);
  }

  /** Takes back what was written after `at`. */
  cut(at: number): void {
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  end(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.buffer, 0, this.#at);
  }
}

function textArray(to: Writer, values: readonly string[]): void {
  to.sized(() => {
    to.int32(values.length === 0 ? 0 : 1);
    to.int32(0);
    to.int32(TEXT_OID);
    if (values.length > 0) {
      to.int32(values.length);
      to.int32(1);
    }
    for (const value of values) to.text(value);
  });
}

/** A day as yyyy-mm-dd. Errors: RangeError for a text that is no day. */
function date(to: Writer, value: string): void {
  const days = Date.parse(`${value}T00:00:00Z`) / DAY - EPOCH;
  if (!Number.isInteger(days)) throw new RangeError(`${value} is not a day`);
  to.int32(4);
  to.int32(days);
}

const ENCODERS: Record<string, (to: Writer, value: never) => void> = {
  uuid(to, value: string) {
    to.int32(16);
    to.hex(value.replaceAll("-", ""));
  },
  text: (to, value: string) => to.text(value),
  "text[]": textArray,
  date,
  bytea(to, value: Uint8Array) {
    to.int32(value.length);
    to.bytes(value);
  },
  integer(to, value: number) {
    to.int32(4);
    to.int32(value);
  },
  bigint(to, value: number) {
    to.int32(8);
    to.int64(value);
  },
  boolean(to, value: boolean) {
    to.int32(1);
    to.bytes(Uint8Array.of(value ? 1 : 0));
  },
};

/** A column as it is copied: where its value stands in a row, its SQL type, and what stands for a missing value. */
export interface CopyColumn {
  key: string;
  name: string;
  type: string;
  missing: unknown;
}

/**
 * Writes rows of one table; a row that has no binary form (RangeError: a number out of range, no day) is left out. Errors:
 * an Error for a column type that no table copied so far has.
 */
export function copyWriter<Row extends object>(
  columns: readonly CopyColumn[],
): { add(row: Row): void; end(): Encoded } {
  const encoders = columns.map(({ key, name, type, missing }) => {
    const encode = ENCODERS[type];
    if (encode === undefined) throw new Error(`no binary form is known for ${name} ${type}`);
    return { key, encode: encode as (to: Writer, value: unknown) => void, missing };
  });
  const to = new Writer();
  const ends: number[] = [];
  return {
    add(row) {
      const from = to.at;
      try {
        to.int16(columns.length);
        for (const { key, encode, missing } of encoders) {
          const value = (row as Record<string, unknown>)[key] ?? missing ?? null;
          if (value === null) to.int32(-1);
          else encode(to, value);
        }
      } catch (error) {
        to.cut(from);
        throw error;
      }
      ends.push(to.at);
    },
    end: () => ({ bytes: to.end(), ends }),
  };
}

/** Rows `from` up to `to` as one COPY stream. */
export function copyStream({ bytes, ends }: Encoded, from: number, to: number): Uint8Array<ArrayBuffer>[] {
  const start = from === 0 ? 0 : (ends[from - 1] ?? 0);
  return [HEADER, bytes.subarray(start, to === 0 ? 0 : ends[to - 1]), TRAILER];
}
