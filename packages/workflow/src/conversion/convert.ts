// Converts a record: what its targets say is made or found, children are mapped or moved, what hangs on it goes along. One transaction.
import { fail, failAll, isUuid } from '@tessera/kernel';
import type { ConversionChildrenModel, ConversionModel, ConversionTargetModel, ObjectModel, ValueModels } from '@tessera/metadata';
import {
  createRecords,
  createUnfinished,
  inLanguage,
  isAgreed,
  objectOf,
  reattach,
  sightOf,
  updateRecords,
  type RecordOutcome,
  type Reattached,
  type Unfinished,
  type WriteSession,
} from '@tessera/records';
import type { Value } from '@tessera/rules';
import { lockStatement, recordReader, type RecordValues } from '@tessera/storage';
import { findRecords, workOut } from '../automations/frame-values.ts';
import { asPlatform } from '../automations/sessions.ts';
import type { Frame } from '../automations/step-work.ts';
import { inputsOf } from '../automations/writing.ts';
import { idOf } from '../triggers/record-id.ts';
import { matchFor } from './match.ts';

export interface ConvertedTarget {
  readonly target: string;
  readonly object: string;
  readonly id: string;
  readonly outcome: 'created' | 'updated' | 'kept';
}

export interface ConvertedChildren {
  readonly target: string;
  readonly children: string;
  readonly object: string;
  readonly outcome: 'created' | 'moved';
  readonly ids: readonly string[];
}

export interface ConversionOutcome {
  readonly targets: readonly ConvertedTarget[];
  readonly children: readonly ConvertedChildren[];
  /** What hung on the record and hangs on the target `attached`: of objects and fields that exist for the person. */
  readonly attached: readonly Reattached[];
}

type Input = Readonly<Record<string, Value>>;

/** What was refused is told at the part of the conversion that asked for it. Records that it makes may wait for an approval; changes may not. */
function written(object: string, outcomes: readonly RecordOutcome[]): readonly string[] {
  const problems = outcomes.flatMap((outcome) => (outcome.ok ? [] : outcome.problems));
  if (problems.length > 0) throw failAll('RECORDS_INVALID', problems);
  for (const outcome of outcomes)
    if (outcome.ok && !outcome.created && !isAgreed(outcome.approval))
      throw fail('APPROVAL_REQUIRED', { action: 'change', object, id: outcome.id });
  return outcomes.flatMap((outcome) => (outcome.ok ? [outcome.id] : []));
}

class Converting {
  readonly #session: WriteSession;
  readonly #conversion: ConversionModel;
  readonly targets: ConvertedTarget[] = [];
  readonly children: ConvertedChildren[] = [];
  readonly #begins: Unfinished['begin'][] = [];
  #frame: Frame;

  constructor(session: WriteSession, conversion: ConversionModel, frame: Frame) {
    this.#session = session;
    this.#conversion = conversion;
    this.#frame = frame;
  }

  async #inputs(object: string, values: ValueModels, frames: readonly Frame[]): Promise<readonly Input[]> {
    const names = Object.keys(values);
    const found = await workOut(this.#session, { about: values, rules: Object.values(values) }, frames);
    const evaluated = frames.map((frame, i) => ({
      frame,
      values: Object.fromEntries(names.map((name, n) => [name, found[i]?.[n] ?? null])),
    }));
    return inputsOf(this.#session, object, values, evaluated);
  }

  async target(target: ConversionTargetModel): Promise<void> {
    const { name, when } = target;
    if (when !== undefined) {
      const [holds] = await workOut(this.#session, { about: when, rules: [when] }, [this.#frame]);
      if (holds?.[0] !== true) return;
    }
    const object = objectOf(this.#session, target.object);
    const [input = {}] = await this.#inputs(object.name, target.values, [this.#frame]);
    const found = await matchFor(this.#session, object, target, { frame: this.#frame, input });
    const made = found === undefined ? await this.#create(target, object, input) : await this.#take(target, object, input, found);
    this.targets.push(made);
    this.#frame = { ...this.#frame, outcomes: { ...this.#frame.outcomes, [name]: { object: object.name, id: made.id } } };
    for (const each of target.children) await this.#children(target, each);
  }

  async #create({ name }: ConversionTargetModel, object: ObjectModel, input: Input): Promise<ConvertedTarget> {
    const { outcomes, begin } = await createUnfinished(this.#session, object.name, { pointer: `/targets/${name}`, input });
    const [id = ''] = written(object.name, outcomes);
    this.#begins.push(begin);
    return { target: name, object: object.name, id, outcome: 'created' };
  }

  async #take({ name, onMatch }: ConversionTargetModel, object: ObjectModel, input: Input, found: RecordValues): Promise<ConvertedTarget> {
    const id = idOf(found);
    if (onMatch === 'refuse') throw fail('CONVERSION_MATCH', { object: object.name, id, target: name });
    const wanted = Object.entries(input).filter(
      ([field]) => onMatch === 'update' || (onMatch === 'fill' && (found[field] ?? null) === null),
    );
    if (wanted.length === 0) return { target: name, object: object.name, id, outcome: 'kept' };
    const change = { pointer: `/targets/${name}`, id, input: Object.fromEntries(wanted) };
    written(object.name, await updateRecords(this.#session, object.name, [change], { allOrNone: true }));
    return { target: name, object: object.name, id, outcome: 'updated' };
  }

  async #children({ name: target }: ConversionTargetModel, { name, query, object, values }: ConversionChildrenModel): Promise<void> {
    const [found = []] = await findRecords(this.#session, query, [this.#frame], { whole: true });
    if (found.length === 0) return;
    const frames = found.map((child) => ({
      ...this.#frame,
      key: `${this.#frame.key}/${child.id}`,
      records: [...this.#frame.records, child],
    }));
    const pointer = `/targets/${target}/children/${name}`;
    const inputs = await this.#inputs(object ?? query.object, values, frames);
    if (object === undefined) {
      const changes = found.map(({ id }, i) => ({ pointer, id, input: inputs[i] ?? {} }));
      const ids = written(query.object, await updateRecords(this.#session, query.object, changes, { allOrNone: true }));
      this.children.push({ target, children: name, object: query.object, outcome: 'moved', ids });
      return;
    }
    const records = inputs.map((input) => ({ pointer, input }));
    const ids = written(object, await createRecords(this.#session, object, records, { allOrNone: true }));
    this.children.push({ target, children: name, object, outcome: 'created', ids });
  }

  /** The record itself: what it was set to, and where it leads. Whoever may edit it may convert it, also where that closes its fields. */
  async end(object: ObjectModel, id: string): Promise<readonly Reattached[]> {
    const { set, attached, targets } = this.#conversion;
    const platform = asPlatform(this.#session, this.#session.slots.user);
    const [values = {}] = await this.#inputs(object.name, set, [this.#frame]);
    const links = targets.flatMap(({ name, link, object: of }) => {
      const made = this.targets.find(({ target }) => target === name);
      if (link === undefined || made === undefined) return [];
      return [[link, object.fields[link]?.wire === 'anyReference' ? { object: of, id: made.id } : made.id] as const];
    });
    const to = this.targets.find(({ target }) => target === attached);
    const moved = to === undefined ? [] : await reattach(platform, { object, id }, { object: objectOf(platform, to.object), id: to.id });
    const input = { ...values, ...Object.fromEntries(links) };
    if (Object.keys(input).length > 0)
      written(
        object.name,
        await updateRecords(platform, object.name, [{ pointer: '/set', id, input }], { allOrNone: true, internal: true }),
      );
    return moved;
  }

  /** What new records wait for begins when all that belongs to them is there. */
  async begin(): Promise<void> {
    for (const begin of this.#begins) await begin();
  }
}

/** The record, locked; the person sees it and may edit it. @throws RECORD_NOT_FOUND, RECORD_READ_ONLY */
async function hold(session: WriteSession, object: ObjectModel, id: string): Promise<RecordValues> {
  const gone = (): Error => fail('RECORD_NOT_FOUND', { object: object.name, id });
  if (!isUuid(id)) throw gone();
  const { transaction, target, access } = session;
  const { rows } = await transaction.query(lockStatement(target, object, [id], { strength: 'no key update' }));
  const [record] = rows.map(recordReader(object));
  if (record === undefined) throw gone();
  if (access.policy.administrator) return record;
  const { readable, editable } = (await sightOf(session, object.name, [id]))(id);
  if (!readable) throw gone();
  if (!editable) throw fail('RECORD_READ_ONLY', { object: object.name, id });
  return record;
}

/** With the rights of the session's person. @throws CONVERSION_DONE, CONVERSION_REFUSED, CONVERSION_MATCH, and what stands against the records */
export async function convertRecord(session: WriteSession, conversion: ConversionModel, given: string): Promise<ConversionOutcome> {
  const object = objectOf(session, conversion.object);
  const id = given.toLowerCase();
  const record = await hold(session, object, id);
  const linked = conversion.targets.find(({ link }) => link !== undefined && (record[link] ?? null) !== null);
  if (linked !== undefined) throw fail('CONVERSION_DONE', { id, field: linked.link });
  const frame: Frame = {
    key: id,
    runId: undefined,
    records: [{ object: object.name, id, values: record }],
    old: undefined,
    inputs: {},
    outcomes: {},
    actor: session.slots.user,
    chain: [],
  };
  const { when, message, label } = conversion;
  const holds = when === undefined ? [[true]] : await workOut(session, { about: when, rules: [when] }, [frame]);
  if (holds[0]?.[0] !== true) {
    const said = message ?? { en: `${inLanguage(label, session.context.languages)}: the record cannot be converted as it is.` };
    throw fail('CONVERSION_REFUSED', { message: inLanguage(said, session.context.languages) });
  }
  const converting = new Converting(session, conversion, frame);
  for (const target of conversion.targets) await converting.target(target);
  const moved = await converting.end(object, id);
  await converting.begin();
  // All that hung on it has moved; of objects that do not exist for the person nothing is told.
  const { policy, view } = session.access;
  const attached = moved.filter((each) => policy.administrator || view.objects[each.object]?.fields[each.field] !== undefined);
  return { targets: converting.targets, children: converting.children, attached };
}
