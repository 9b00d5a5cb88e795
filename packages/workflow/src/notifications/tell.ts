// Tells people something by a template: in the app as notifications, by mail as effects, each once.
import type { Channel, Label, MessageModel, TemplateModel } from '@tessera/metadata';
import { createRecords, inLanguage, type WriteSession } from '@tessera/records';
import { compileTemplate, linkTo, type Template } from '@tessera/security';
import { findReceivers, insertEffects, wakeStatement, type NewEffect, type Receiver } from '@tessera/storage';
import { doorIn } from '../jobs/handlers.ts';
import { readForEach, type ReadValues, type Wanted } from './readers.ts';
import { readingOf, written, type Reading } from './written.ts';

export interface Message extends Wanted {
  /** No other's, and always the same: what goes out under it goes out once. */
  readonly key: string;
  readonly runId: string | null;
  /** What else the texts may name, beside the placeholders of the template: as the receiver reads it. */
  readonly values?: ((reading: Reading) => Readonly<Record<string, string>>) | undefined;
}

export interface Telling {
  readonly template: TemplateModel;
  readonly channels: readonly Channel[];
  readonly messages: readonly Message[];
}

/** Why somebody was not told, in the app or by mail. */
export type Untold = 'inactive' | 'noAddress';

interface Text {
  readonly subject: string;
  readonly body: string;
}

interface Letter extends Message {
  readonly receiver: Receiver;
  readonly seen: boolean;
  readonly text: (channel: Channel) => Text;
}

/** What fields of a notification hold at most. */
const longest = { subject: 500, body: 20_000 } as const;
const cut = (text: string, length: number): string => (text.length <= length ? text : Array.from(text).slice(0, length).join(''));

/** Paths with their values as templates look them up: name by name. */
function tree(values: readonly (readonly [path: string, value: string])[]): Readonly<Record<string, unknown>> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of values) {
    const names = path.split('.');
    let at = root;
    for (const name of names.slice(0, -1)) at = (at[name] ??= {}) as Record<string, unknown>;
    at[names.at(-1) ?? ''] = value;
  }
  return root;
}

/** Texts of one template, compiled once each. */
class Texts {
  readonly #template: TemplateModel;
  readonly #compiled = new Map<string, Template>();

  constructor(template: TemplateModel) {
    this.#template = template;
  }

  #render(kind: 'header' | 'text', label: Label, languages: readonly string[], values: Readonly<Record<string, unknown>>): string {
    const source = inLanguage(label, languages);
    const key = `${kind} ${source}`;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) this.#compiled.set(key, (compiled = compileTemplate(kind, source)));
    return compiled.render(values);
  }

  of(channel: Channel, { languages }: Reading, values: Readonly<Record<string, unknown>>): Text {
    const { label, channels } = this.#template;
    const message: MessageModel | undefined = channels[channel];
    const subject = message === undefined ? '' : this.#render('header', message.subject, languages, values);
    const body = message?.body === undefined ? '' : this.#render('text', message.body, languages, values);
    // A subject of nothing but placeholders that the receiver may not read is still a subject.
    return { subject: subject === '' ? inLanguage(label, languages) : subject, body };
  }
}

const pathOf = ({ object }: TemplateModel, { about }: Wanted, seen: boolean): readonly string[] | undefined =>
  object === undefined || about === null || !seen ? undefined : ['records', object, about];

function lettersOf(
  { model, context: { publicUrl } }: WriteSession,
  template: TemplateModel,
  all: readonly (Message & { readonly read: ReadValues; readonly receiver: Receiver })[],
): readonly Letter[] {
  const texts = new Texts(template);
  return all.map(({ read: { seen, values }, ...message }) => {
    const letter = { ...message, seen };
    const { receiver } = letter;
    const reading = readingOf(receiver, model);
    const path = pathOf(template, letter, seen);
    const plain = Object.entries(template.placeholders).map(
      ([name, rule]) => [name, written(model, rule, values[name] ?? null, reading)] as const,
    );
    const more = Object.entries(letter.values?.(reading) ?? {});
    const text = (channel: Channel): Text => {
      const link = path === undefined ? '' : linkTo(channel === 'email' ? publicUrl : undefined, path);
      return texts.of(channel, reading, tree([...plain, ...more, ['$link', link]]));
    };
    return { ...letter, text };
  });
}

async function tellInApp(session: WriteSession, { template }: Telling, letters: readonly Letter[]): Promise<void> {
  const records = letters.map((letter) => {
    const { subject, body } = letter.text('inApp');
    const path = pathOf(template, letter, letter.seen);
    const about = path === undefined ? {} : { aboutObject: template.object, aboutId: letter.about, link: linkTo(undefined, path) };
    // It is the receiver's alone, not also of whoever has caused it.
    const input = {
      name: cut(subject, longest.subject),
      body: cut(body, longest.body),
      receiver: letter.receiver.id,
      owner: null,
      ...about,
    };
    return { pointer: '', input };
  });
  if (records.length > 0) await createRecords(session, 'notification', records, { allOrNone: true });
}

async function tellByMail(session: WriteSession, { template }: Telling, letters: readonly Letter[]): Promise<void> {
  const { context, at, transaction } = session;
  const effects = letters.map((letter): NewEffect => {
    const { subject, body } = letter.text('email');
    return {
      id: context.newId(),
      key: letter.key,
      kind: 'mail',
      address: letter.receiver.email ?? '',
      content: JSON.stringify({ subject, text: body }),
      runId: letter.runId,
      object: template.object ?? null,
      recordId: letter.about,
      dueAt: at,
    };
  });
  if (effects.length === 0) return;
  transaction.ahead(wakeStatement(['send']));
  await insertEffects(doorIn(session), effects, at);
}

const hasAddress = ({ receiver: { email } }: Letter): boolean => email !== null && email !== '';

const nothing: ReadValues = { seen: false, values: {} };

/**
 * Tells people, in the transaction of the session, which is the platform's. What each reads is in the receiver's language, and has
 * nothing in it that the receiver may not see: neither fields nor records.
 * @param read what the receivers may read of the template's placeholders, where that is known
 * @returns for each message, in their order, why its receiver was told nothing; undefined where something was told
 */
export async function tell(
  session: WriteSession,
  telling: Telling,
  read: (messages: readonly Message[]) => Promise<readonly ReadValues[]> = (wanted) => readForEach(session, telling.template, wanted),
): Promise<readonly (Untold | undefined)[]> {
  const { template, channels, messages } = telling;
  if (session.quiet === true) return messages.map(() => undefined);
  const { transaction, target } = session;
  const people = await findReceivers(transaction, target, [...new Set(messages.map(({ user }) => user))]);
  const reached = messages.flatMap((message) => {
    const receiver = people.get(message.user);
    return receiver === undefined ? [] : [{ ...message, receiver }];
  });
  const found = await read(reached);
  const all = reached.map((message, i) => ({ ...message, read: found[i] ?? nothing }));
  const letters = lettersOf(session, template, all);
  const mailed = channels.includes('email') ? letters.filter(hasAddress) : [];
  if (channels.includes('inApp')) await tellInApp(session, telling, letters);
  await tellByMail(session, telling, mailed);
  const told = new Set((channels.includes('inApp') ? letters : mailed).map(({ key }) => key));
  return messages.map(({ key, user }) => (told.has(key) ? undefined : people.has(user) ? 'noAddress' : 'inactive'));
}
