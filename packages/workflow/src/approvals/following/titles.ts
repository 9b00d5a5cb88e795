// What records are called for those who are told of them: by the name that each may read, else by the object's label.
import { ruleScope, type ObjectModel, type TemplateModel } from '@tessera/metadata';
import { inLanguage, type WriteSession } from '@tessera/records';
import { checkRule, type Expression } from '@tessera/rules';
import { findReceivers, readRecords, type Receiver } from '@tessera/storage';
import { readForEach, type ReadValues } from '../../notifications/readers.ts';
import { readingOf, written, type Reading } from '../../notifications/written.ts';

/** Somebody who is told of a record. */
export interface Told {
  readonly user: string;
  readonly object: ObjectModel;
  readonly id: string;
  /** What the record was called for this person before, where it cannot be read any more. */
  readonly before?: string | undefined;
}

const unseen: ReadValues = { seen: false, values: {} };

const keyOf = (user: string, { name }: Pick<ObjectModel, 'name'>, id: string): string => `${user} ${name} ${id}`;

/** A template of nothing but the record's name. */
function nameOnly({ model, target }: WriteSession, object: ObjectModel): TemplateModel {
  return target.kept.keep(target, object, 'title', () => {
    const { expression } = checkRule({ var: 'name' }, ruleScope(model, object.name));
    const placeholders: Record<string, Expression> = expression === undefined ? {} : { name: expression };
    return { name: object.name, label: object.label, object: object.name, channels: {}, placeholders };
  });
}

/** What those who are told may read of records' names, and in which language. */
export class Titles {
  readonly #session: WriteSession;
  readonly #read: ReadonlyMap<string, ReadValues>;
  readonly #receivers: ReadonlyMap<string, Receiver>;

  constructor(session: WriteSession, read: ReadonlyMap<string, ReadValues>, receivers: ReadonlyMap<string, Receiver>) {
    this.#session = session;
    this.#read = read;
    this.#receivers = receivers;
  }

  /** Whether the person sees the record. */
  read({ user, object, id }: Told): ReadValues {
    return this.#read.get(keyOf(user, object, id)) ?? unseen;
  }

  of(told: Told): string {
    const { model } = this.#session;
    const { user, object, before } = told;
    const rule = nameOnly(this.#session, object).placeholders['name'];
    const reading: Reading = readingOf(this.#receivers.get(user) ?? { language: null, timeZone: null }, model);
    const name = rule === undefined ? '' : written(model, rule, this.read(told).values['name'] ?? null, reading);
    return name === '' ? (before ?? inLanguage(object.label, reading.languages)) : name;
  }
}

/** For any number of people and records: a statement for each object and shape of permissions, beside what tells who they are. */
export async function titlesFor(session: WriteSession, told: readonly Told[]): Promise<Titles> {
  const { transaction, target } = session;
  const each = [...new Map(told.map((one) => [keyOf(one.user, one.object, one.id), one])).values()];
  const receivers = await findReceivers(transaction, target, [...new Set(each.map(({ user }) => user))]);
  const read = new Map<string, ReadValues>();
  for (const [object, some] of Map.groupBy(each, (one) => one.object)) {
    const wanted = some.map(({ user, id }) => ({ user, about: id }));
    const found = await readForEach(session, nameOnly(session, object), wanted);
    some.forEach(({ user, id }, i) => read.set(keyOf(user, object, id), found[i] ?? unseen));
  }
  return new Titles(session, read, receivers);
}

/** Names of people, by id; of those who are not there nothing. */
export async function namesOf({ model, target, transaction }: WriteSession, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { user } = model.objects;
  if (user === undefined || ids.length === 0) return new Map();
  const people = await readRecords(transaction, target, user, [...new Set(ids)]);
  return new Map([...people].map(([id, { name }]) => [id, typeof name === 'string' ? name : '']));
}
