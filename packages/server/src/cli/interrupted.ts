// Until whoever started the program ends it: what goes on for long stops there.

/** Aborts with the first SIGINT or SIGTERM. */
export function interrupted(): AbortSignal {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      ended.abort();
    });
  return ended.signal;
}
