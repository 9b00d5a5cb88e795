// What the machine must be told while it works: it asks one question after another, and whoever drives it answers.

/** Answers, given at once. */
export interface Facts {
  /** Whether the condition of a step, case or branch holds. */
  readonly holds: (path: string) => boolean;
  /** Who stands behind an entry of the approvers: active people in their order. */
  readonly people: (path: string, entry: string, chosen: Readonly<Record<string, readonly string[]>>) => readonly string[];
  /** Who is asked where nobody stands behind an entry. */
  readonly instead: (path: string) => readonly string[];
  /** To whom the time-out hands on. */
  readonly transferTo: (path: string, timeout: number) => readonly string[];
  readonly managerOf: (person: string) => string | null;
  /** Who stands in for somebody: one step of the chain; null: the person is there. */
  readonly standIn: (person: string) => string | null;
  readonly administrators: () => readonly string[];
}

export interface Question {
  readonly ask: keyof Facts;
  readonly of: readonly unknown[];
}

/** Work that stops at each question. */
export type Asking<T> = Generator<Question, T, unknown>;

/** Asks one question. */
export function* asking<K extends keyof Facts>(ask: K, ...of: Parameters<Facts[K]>): Asking<ReturnType<Facts[K]>> {
  // Whoever drives answers each question by the fact of its name.
  return (yield { ask, of }) as ReturnType<Facts[K]>;
}

type Answer = (...of: readonly unknown[]) => unknown;

/** Does the work with facts that are at hand. */
export function driven<T>(work: Asking<T>, facts: Facts): T {
  let next = work.next();
  while (next.done !== true) next = work.next((facts[next.value.ask] as Answer)(...next.value.of));
  return next.value;
}

/** Does many pieces of work side by side: what they ask at a time is answered together. */
export async function drivenTogether<T>(
  works: readonly Asking<T>[],
  answer: (asked: readonly { readonly work: number; readonly question: Question }[]) => Promise<readonly unknown[]>,
): Promise<readonly T[]> {
  const done = new Map<number, T>();
  let open = works.map((asking, work) => ({ asking, work, next: asking.next() }));
  for (;;) {
    const asked: { readonly asking: Asking<T>; readonly work: number; readonly question: Question }[] = [];
    for (const { asking, work, next } of open) {
      if (next.done === true) done.set(work, next.value);
      else asked.push({ asking, work, question: next.value });
    }
    if (asked.length === 0) return [...done].sort(([a], [b]) => a - b).map(([, value]) => value);
    const answers = await answer(asked);
    open = asked.map(({ asking, work }, i) => ({ asking, work, next: asking.next(answers[i]) }));
  }
}
