// Tells people of what happened with approvals, in the app and by mail; many things of one kind at once in one message.
import { inLanguage, type WriteSession } from '@tessera/records';
import type { ReadValues } from '../../notifications/readers.ts';
import { tell, type Message } from '../../notifications/tell.ts';
import type { Reading } from '../../notifications/written.ts';
import { stepAt } from '../process-steps.ts';
import type { Notice } from './notices.ts';
import { digestTemplate, noticeTemplate, phrases, type NoticeKind } from './texts.ts';
import type { Titles, Told } from './titles.ts';

/** More of one kind are told to somebody in one message. */
const mostApart = 5;
/** So many records are named in it. */
const mostNamed = 20;

const channels = ['inApp', 'email'] as const;
const unread: ReadValues = { seen: false, values: {} };

export interface Known {
  readonly titles: Titles;
  /** Of people, by id. */
  readonly names: ReadonlyMap<string, string>;
  /** Of which record a notice tells whom. */
  readonly toldOf: (notice: Pick<Notice, 'happened' | 'user'>) => Told;
}

const phrase = (name: keyof typeof phrases, text: string | undefined, { languages }: Reading): string =>
  text === undefined || text === '' ? '' : inLanguage(phrases[name], languages).replace('{}', () => text);

/** What the texts name, as the receiver reads it. */
function valuesOf(notice: Notice, { titles, names, toldOf }: Known, reading: Reading): Readonly<Record<string, string>> {
  const { happened, kind, inNameOf, step } = notice;
  const { approval, process, deed, subject } = happened;
  const nameOf = (id: string | null): string => names.get(id ?? '') ?? '';
  const at = step === null ? undefined : stepAt(process, step)?.label;
  const comment = deed.comment ?? (kind === 'asked' ? approval.comment : null);
  const name = titles.of(toldOf(notice));
  const behalf = phrase('standingIn', nameOf(inNameOf), reading);
  return {
    name,
    called: `${name}${behalf}`,
    object: inLanguage(subject.object.label, reading.languages),
    process: inLanguage(process.label, reading.languages),
    submitter: nameOf(approval.submitter),
    by: nameOf(deed.by),
    behalf,
    at: phrase('stepped', at && inLanguage(at, reading.languages), reading),
    who: phrase('decider', nameOf(deed.by), reading),
    said: comment === null || comment === '' ? '' : `\n\n${comment}`,
  };
}

const keyOf = (session: WriteSession, kind: NoticeKind, user: string): string => `approval/${session.context.newId()}/${kind}/${user}`;

async function tellOne(session: WriteSession, kind: NoticeKind, notices: readonly Notice[], known: Known): Promise<void> {
  for (const [object, some] of Map.groupBy(notices, ({ happened }) => happened.subject.object.name)) {
    const read = new Map<string, ReadValues>();
    const messages = some.map((notice): Message => {
      const { user, happened } = notice;
      const key = keyOf(session, kind, user);
      read.set(key, known.titles.read(known.toldOf(notice)));
      return { key, user, about: happened.approval.recordId, runId: null, values: (reading) => valuesOf(notice, known, reading) };
    });
    const template = noticeTemplate(kind, object);
    await tell(session, { template, channels, messages }, (wanted) => Promise.resolve(wanted.map(({ key }) => read.get(key) ?? unread)));
  }
}

/** One message to each for all that there is to tell. */
async function tellMany(session: WriteSession, kind: NoticeKind, byUser: readonly (readonly Notice[])[], known: Known): Promise<void> {
  const messages = byUser.flatMap((notices): readonly Message[] => {
    const [first] = notices;
    if (first === undefined) return [];
    const values = (): Readonly<Record<string, string>> => {
      const names = notices.slice(0, mostNamed).map((notice) => known.titles.of(known.toldOf(notice)));
      const more = notices.length > mostNamed ? ['…'] : [];
      return { count: String(notices.length), names: [...names, ...more].join('\n') };
    };
    return [{ key: keyOf(session, kind, first.user), user: first.user, about: null, runId: null, values }];
  });
  await tell(session, { template: digestTemplate(kind), channels, messages }, (wanted) => Promise.resolve(wanted.map(() => unread)));
}

export async function tellNotices(session: WriteSession, notices: readonly Notice[], known: Known): Promise<void> {
  for (const [kind, some] of Map.groupBy(notices, (notice) => notice.kind)) {
    const byUser = [...Map.groupBy(some, ({ user }) => user).values()];
    const apart = byUser.filter(({ length }) => length <= mostApart).flat();
    const together = byUser.filter(({ length }) => length > mostApart);
    if (apart.length > 0) await tellOne(session, kind, apart, known);
    if (together.length > 0) await tellMany(session, kind, together, known);
  }
}
