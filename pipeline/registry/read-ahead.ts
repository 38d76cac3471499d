/**
 * One item is always under way while another is in work: at one request a second, waiting and working overlap. A consumer
 * that leaves early aborts `signal`, and what was under way ends unheard; a failure is thrown when its item is asked for.
 */
export async function* readAhead<T>(source: (signal: AbortSignal) => AsyncGenerator<T>): AsyncGenerator<T> {
  const leaving = new AbortController();
  const items = source(leaving.signal);
  const ask = (): Promise<IteratorResult<T>> => {
    const next = items.next();
    next.catch(() => {}); // heard below, or not at all when the consumer has left
    return next;
  };
  let underWay = ask();
  try {
    for (;;) {
      const { done, value } = await underWay;
      if (done === true) return;
      underWay = ask();
      yield value;
    }
  } finally {
    leaving.abort(new Error("the reader left"));
    await items.return(undefined).catch(() => {});
  }
}
