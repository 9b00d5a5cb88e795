// A layout for one record type and one record: the server works its rules out, with the record in scope.
import { fail, isUuid } from '@tessera/kernel';
import type { Label, LayoutModel, Model, ObjectModel } from '@tessera/metadata';
import { fetchFacts, noFacts, recordEnvironment, sightOf, type Facts, type WriteSession } from '@tessera/records';
import type { Expression, Value } from '@tessera/rules';
import { readRecord, type RecordValues } from '@tessera/storage';
import type { ResolvedLayout, ShownListView } from '../types/describing.ts';
import type { OperationInput } from '../operation-list.ts';
import type { Session } from '../engine-parts.ts';
import { objectOf } from '../read/resolve.ts';
import { speaker } from './describe.ts';
import { runWrite } from './write.ts';

type Input = OperationInput<'layouts.resolve'>;

/** The one that names the record type; else one for all; else the one asked for by name. */
function chooseLayout(model: Model, object: ObjectModel, input: Input, recordType: string | undefined): LayoutModel {
  const layouts = Object.values(model.layouts).filter((layout) => layout.object === object.name);
  const named = input.layout === undefined ? undefined : layouts.find((layout) => layout.name === input.layout);
  const found =
    input.layout === undefined
      ? (layouts.find((layout) => recordType !== undefined && layout.recordTypes.includes(recordType)) ??
        layouts.find((layout) => layout.recordTypes.length === 0))
      : named;
  return found ?? (input.layout === undefined ? plainLayout(object) : missing(input.layout, layouts));
}

function missing(name: string, layouts: readonly LayoutModel[]): never {
  throw fail('COMPONENT_UNKNOWN', {
    kind: 'layout',
    name,
    known: layouts.length === 0 ? '' : `Known: ${layouts.map((layout) => layout.name).join(', ')}.`,
  });
}

/** An object without a layout shows all of its own fields. */
function plainLayout(object: ObjectModel): LayoutModel {
  const fields = Object.values(object.fields)
    .filter((field) => !field.system || field.name === 'name' || field.name === 'owner')
    .map((field, i) => ({ field: field.name, order: i, required: false, readOnly: false, visibleWhen: undefined, wide: false }));
  const section = { name: 'main', label: object.label, order: 0, columns: 2, visibleWhen: undefined, fields };
  return { name: object.name, object: object.name, label: object.label, recordTypes: [], sections: [section], relatedLists: [] };
}

const isRule = (flag: boolean | Expression | undefined): flag is Expression => typeof flag === 'object';

function rulesOf(object: ObjectModel, layout: LayoutModel): readonly Expression[] {
  const flags = layout.sections.flatMap((section) => [
    section.visibleWhen,
    ...section.fields.flatMap((entry) => {
      const field = object.fields[entry.field];
      return [entry.required, entry.readOnly, entry.visibleWhen, field?.required, field?.readOnly];
    }),
  ]);
  return flags.filter(isRule);
}

/** A record that is not there yet: its record type and the defaults that are constants. */
function newRecord(object: ObjectModel, recordType: string | undefined, user: string | null): RecordValues {
  const values: Record<string, Value> = {};
  for (const field of Object.values(object.fields)) values[field.name] = field.default?.node === 'literal' ? field.default.value : null;
  return { ...values, recordType: recordType ?? null, owner: user, lifeStatus: 'normal' };
}

interface Scene {
  /** As it exists for the reader, and as rules see it. */
  readonly object: ObjectModel;
  readonly whole: ObjectModel;
  readonly layout: LayoutModel;
  readonly record: RecordValues;
  readonly facts: Facts;
}

async function isSeen(write: WriteSession, object: string, id: string): Promise<boolean> {
  return write.access.policy.administrator || (await sightOf(write, object, [id.toLowerCase()]))(id.toLowerCase()).readable;
}

async function sceneOf(write: WriteSession, session: Session, input: Input): Promise<Scene> {
  const { view } = session;
  const object = objectOf(view, input.object);
  const whole = objectOf(session.runtime.model, input.object);
  let record: RecordValues | undefined;
  if (input.record !== undefined) {
    if (isUuid(input.record) && (await isSeen(write, object.name, input.record)))
      record = await readRecord(write.transaction, write.target, whole, input.record);
    if (record === undefined) throw fail('RECORD_NOT_FOUND', { object: object.name, id: input.record });
  }
  const types = Object.keys(object.recordTypes);
  if (input.recordType !== undefined && !types.includes(input.recordType)) {
    throw fail('COMPONENT_UNKNOWN', {
      kind: 'record type',
      name: input.recordType,
      known: types.length === 0 ? '' : `Known: ${types.join(', ')}.`,
    });
  }
  const stored = record?.['recordType'];
  const recordType = input.recordType ?? (typeof stored === 'string' ? stored : undefined);
  const layout = chooseLayout(view, object, input, recordType);
  const proposed =
    record === undefined ? newRecord(whole, recordType, session.policy.userId) : { ...record, recordType: recordType ?? null };
  const [facts] = await fetchFacts(write, whole, rulesOf(object, layout), [{ record: proposed, old: record }]);
  return { object, whole, layout, record: proposed, facts: facts ?? noFacts };
}

function listViewsOf(session: Session, object: ObjectModel, say: (label: Label) => string): readonly ShownListView[] {
  return Object.values(session.view.listViews)
    .filter((view) => view.object === object.name)
    .sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1))
    .map((view) => ({
      name: view.name,
      label: say(view.label),
      kind: view.kind,
      columns: view.columns,
      filter: view.filterSource,
      sort: view.sort.map(({ path, key }) => ({ path, descending: key.descending })),
      default: view.default,
      ...(view.groupBy === undefined ? {} : { groupBy: view.groupBy }),
      ...(view.dateField === undefined ? {} : { dateField: view.dateField }),
      ...(view.endField === undefined ? {} : { endField: view.endField }),
    }));
}

function resolved(write: WriteSession, session: Session, scene: Scene): ResolvedLayout {
  const { object, whole, layout, record, facts } = scene;
  const say = speaker(session);
  const environment = recordEnvironment(write, { object: whole, record, facts });
  const holds = (flag: boolean | Expression | undefined, fallback: boolean): boolean => {
    if (flag === undefined) return fallback;
    return isRule(flag) ? session.runtime.rules.evaluate(flag, environment) === true : flag;
  };
  return {
    name: layout.name,
    object: layout.object,
    label: say(layout.label),
    sections: layout.sections.map((section) => ({
      name: section.name,
      label: say(section.label),
      columns: section.columns,
      visible: holds(section.visibleWhen, true),
      fields: section.fields.map((entry) => {
        const field = object.fields[entry.field];
        return {
          field: entry.field,
          label: field === undefined ? entry.field : say(field.label),
          required: holds(entry.required, false) || holds(field?.required, false),
          readOnly: holds(entry.readOnly, false) || holds(field?.readOnly, false),
          visible: holds(entry.visibleWhen, true),
          wide: entry.wide,
        };
      }),
    })),
    relatedLists: layout.relatedLists.map((list) => {
      const child = object.relations[list.relation]?.object ?? '';
      const label = list.label ?? session.view.objects[child]?.pluralLabel ?? {};
      const sort = list.sort.map(({ path, key }) => ({ path, descending: key.descending }));
      return { name: list.name, relation: list.relation, object: child, label: say(label), columns: list.columns, sort, first: list.first };
    }),
    listViews: listViewsOf(session, object, say),
  };
}

export function resolveLayout(session: Session, input: Input): Promise<ResolvedLayout> {
  return runWrite(session, async (write) => resolved(write, session, await sceneOf(write, session, input)));
}
