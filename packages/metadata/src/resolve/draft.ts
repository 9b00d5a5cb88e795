// Objects while they are being resolved: their fields without the rules that need the whole Model.
import type { FieldSource, ObjectSource } from '../effective.ts';
import { fieldTypes } from '../field-types/index.ts';
import type { RuleType } from '@tessera/rules';
import { known } from '../known.ts';
import type { FieldModel, RelationModel } from '../model.ts';
import { reservedFieldNames, reservedObjectNames, snakeCase, systemFieldNames, typeName } from '../names.ts';
import { unordered } from '../order.ts';
import type { Choices } from './choices.ts';
import type { Report, Reports } from './report.ts';
import { systemFields } from '../system-fields.ts';

export interface DraftField {
  readonly source: FieldSource;
  readonly model: FieldModel;
  /** Pointer of the field within its object. */
  readonly pointer: string;
}

export interface DraftObject {
  readonly name: string;
  readonly source: ObjectSource;
  readonly report: Report;
  /** The tenant's currency. */
  readonly currency: string;
  readonly fields: Map<string, DraftField>;
  readonly dormant: Map<string, DraftField>;
  readonly relations: Map<string, RelationModel>;
  /** Child relations through look-ups that are switched off. */
  readonly dormantRelations: Set<string>;
}

const systemNames: ReadonlySet<string> = new Set(systemFieldNames);

/** What rules see of a field. An amount that says no currency is in the tenant's; a formula is of the type that it returns. */
function ruleTypeOf(object: string, source: FieldSource, currency: string): RuleType {
  if (source.type === 'id') return { kind: 'reference', to: [object] };
  // What a roll-up gives is known when all fields are; mostly it is a number.
  const returned =
    source.type === 'rollup' ? (source.returns ?? 'number') : source.type === 'formula' ? (source.returns ?? 'text') : source.type;
  const type = fieldTypes[returned].ruleType(source);
  return returned === 'currency' && type.kind === 'number' ? { currency, ...type } : type;
}

/** A field as far as its own source says. */
function draftField(draft: DraftObject, name: string, source: FieldSource, origin: string, system: boolean): FieldModel {
  const object = draft.name;
  const type = fieldTypes[source.type];
  const returned = source.type === 'formula' ? fieldTypes[source.returns ?? 'text'] : type;
  const computed = source.type === 'formula' || source.type === 'rollup' || source.type === 'quote' || source.type === 'autoNumber';
  const loose = systemFields[name]?.loose === true && system;
  const columns = type.columns(name, source);
  return {
    object,
    name,
    type: source.type,
    label: source.label ?? { en: name },
    help: source.help,
    origin,
    system,
    columns: loose ? columns.map(({ name: column, type: columnType }) => ({ name: column, type: columnType })) : columns,
    ruleType: ruleTypeOf(object, source, draft.currency),
    wire: returned.wire(source),
    required: source.type === 'masterDetail' || source.required === true,
    readOnly: computed || source.readOnly === true,
    default: undefined,
    unique: source.unique ?? source.type === 'autoNumber',
    history: source.history ?? false,
    searchable: source.searchable ?? false,
    indexed: source.indexed ?? false,
    renamedFrom: source.renamedFrom ?? [],
    ...(source.personal === undefined || source.personal === false ? {} : { personal: source.personal }),
    ...returned.facets(source),
  };
}

function addSystemFields(draft: DraftObject): void {
  const declaredName = draft.source.fields?.['name'];
  for (const [name, system] of Object.entries(systemFields)) {
    let source = system.source;
    if (name === 'name' && declaredName !== undefined)
      source = { required: true, searchable: true, ...declaredName, label: declaredName.label ?? source.label ?? {} };
    if (name === 'recordType') source = { ...source, options: recordTypeOptions(draft.source) };
    const model = draftField(draft, name, source, 'platform', true);
    const readOnly = system.readOnly || source.type === 'autoNumber';
    draft.fields.set(name, { source, model: { ...model, readOnly }, pointer: name === 'name' ? '/fields/name' : '' });
  }
}

function recordTypeOptions(source: ObjectSource): NonNullable<FieldSource['options']> {
  const entries = Object.entries(source.recordTypes ?? {}).filter(([, type]) => type.active !== false);
  return Object.fromEntries(
    entries.map(([name, { order = unordered, label = { en: name }, renamedFrom = [] }]) => [name, { order, label, renamedFrom }]),
  );
}

function addOwnFields(draft: DraftObject, choices: Choices): void {
  for (const [name, written] of Object.entries(draft.source.fields ?? {})) {
    const source = written.optionsOf === undefined ? written : { ...written, options: choices[written.optionsOf] };
    const pointer = `/fields/${name}`;
    if (name === 'name') {
      if (source.type !== 'text' && source.type !== 'autoNumber') {
        draft.report.add(`${pointer}/type`, 'METADATA_REFERENCE_UNFIT', {
          reason: `The field name of ${draft.name} must be text or autoNumber.`,
        });
      }
      continue;
    }
    if (systemNames.has(name) || reservedFieldNames.has(name)) {
      draft.report.add(pointer, 'METADATA_NAME_RESERVED', { name });
      continue;
    }
    const model = draftField(draft, name, source, draft.report.originOf(pointer), false);
    (source.active === false ? draft.dormant : draft.fields).set(name, { source, model, pointer });
  }
}

/** Two API names must not share a column, a table or a type name. */
function checkColumns(draft: DraftObject): void {
  const taken = new Map<string, string>([['deletion_id', 'deletionId']]);
  for (const { model, pointer } of [...draft.fields.values(), ...draft.dormant.values()]) {
    // A name without columns of its own still takes its snake_case form: it may get one when its type changes.
    const names = model.columns.length > 0 ? model.columns.map((column) => column.name) : [snakeCase(model.name)];
    for (const identifier of names) {
      const other = taken.get(identifier);
      if (other !== undefined) draft.report.add(pointer, 'METADATA_NAME_CLASH', { name: model.name, other, identifier });
      taken.set(identifier, model.name);
    }
  }
}

function checkObjectNames(drafts: ReadonlyMap<string, DraftObject>): void {
  const tables = new Map<string, string>();
  const words = new Map<string, string>();
  for (const draft of drafts.values()) {
    const table = snakeCase(draft.name);
    const other = tables.get(table);
    if (other !== undefined) draft.report.add('/name', 'METADATA_NAME_CLASH', { name: draft.name, other, identifier: table });
    tables.set(table, draft.name);
    for (const [property, word] of [
      ['name', draft.name],
      ['plural', draft.source.plural],
    ] as const) {
      if (reservedObjectNames.has(word)) draft.report.add(`/${property}`, 'METADATA_NAME_RESERVED', { name: word });
      const identifier = typeName(word);
      const taken = words.get(identifier);
      if (taken !== undefined) draft.report.add(`/${property}`, 'METADATA_NAME_CLASH', { name: word, other: taken, identifier });
      words.set(identifier, word);
    }
  }
}

/** Gives each lookup's target its child relation. */
function addRelations(drafts: ReadonlyMap<string, DraftObject>, switchedOff: ReadonlySet<string>): void {
  for (const draft of drafts.values()) {
    for (const { model, source, pointer } of draft.fields.values()) {
      for (const [i, to] of (model.lookup?.to ?? []).entries()) {
        const target = drafts.get(to);
        if (target === undefined) {
          const at = model.system ? '' : Array.isArray(source.to) ? `${pointer}/to/${String(i)}` : `${pointer}/to`;
          const hint = switchedOff.has(to)
            ? 'It is switched off: switch off what refers to it too, or leave it on.'
            : known([...drafts.keys()], to);
          draft.report.add(at, 'METADATA_REFERENCE_MISSING', { kind: 'object', name: to, where: '', known: hint });
        } else if (model.lookup?.inverse !== undefined) {
          addRelation(draft, target, model.lookup.inverse, model.name, pointer);
        }
      }
    }
    for (const { model } of draft.dormant.values()) {
      for (const to of model.lookup?.to ?? [])
        if (model.lookup?.inverse !== undefined) drafts.get(to)?.dormantRelations.add(model.lookup.inverse);
    }
  }
}

function addRelation(draft: DraftObject, target: DraftObject, name: string, by: string, pointer: string): void {
  const other = target.relations.get(name);
  if (target.fields.has(name) || reservedFieldNames.has(name)) {
    draft.report.add(`${pointer}/inverse`, 'METADATA_NAME_CLASH', { name, other: `${target.name}.${name}`, identifier: name });
  } else if (other !== undefined) {
    draft.report.add(`${pointer}/inverse`, 'METADATA_NAME_CLASH', {
      name,
      other: `the inverse of ${other.object}.${other.by}`,
      identifier: `${target.name}.${name}`,
    });
  } else {
    target.relations.set(name, { name, object: draft.name, by });
  }
}

/** Masters of masters: a circle of them could never get its first record. */
function checkMasters(drafts: ReadonlyMap<string, DraftObject>): void {
  const done = new Set<string>();
  const visit = (draft: DraftObject, chain: readonly string[]): void => {
    const start = chain.indexOf(draft.name);
    if (start >= 0) {
      const pointer = [...draft.fields.values()].find(({ model }) => model.type === 'masterDetail')?.pointer ?? '';
      draft.report.add(`${pointer}/to`, 'METADATA_CYCLE', { chain: [...chain.slice(start), draft.name].join(' → ') });
      return;
    }
    if (done.has(draft.name)) return;
    for (const { model } of draft.fields.values()) {
      const master = model.type === 'masterDetail' ? drafts.get(model.lookup?.to[0] ?? '') : undefined;
      if (master !== undefined) visit(master, [...chain, draft.name]);
    }
    done.add(draft.name);
  };
  for (const draft of drafts.values()) visit(draft, []);
}

function checkSharing(draft: DraftObject): void {
  if (draft.source.sharing !== 'controlledByParent') return;
  if ([...draft.fields.values()].some(({ model }) => model.type === 'masterDetail')) return;
  draft.report.add('/sharing', 'METADATA_REFERENCE_UNFIT', {
    reason: `${draft.name} has no masterDetail field whose master could control access to it. Add one, or choose another sharing.`,
  });
}

interface DraftOptions {
  readonly reports: Reports;
  readonly currency: string;
  /** Objects that are switched off. */
  readonly switchedOff: ReadonlySet<string>;
  readonly choices: Choices;
}

/** Drafts of all objects, with system fields and relations; name collisions are reported. */
export function draftObjects(sources: Readonly<Record<string, ObjectSource>>, options: DraftOptions): Map<string, DraftObject> {
  const drafts = new Map<string, DraftObject>();
  for (const [name, source] of Object.entries(sources)) {
    const draft: DraftObject = {
      name,
      source,
      report: options.reports.for('object', name),
      currency: options.currency,
      fields: new Map(),
      dormant: new Map(),
      relations: new Map(),
      dormantRelations: new Set(),
    };
    addSystemFields(draft);
    addOwnFields(draft, options.choices);
    checkColumns(draft);
    checkSharing(draft);
    drafts.set(name, draft);
  }
  checkObjectNames(drafts);
  addRelations(drafts, options.switchedOff);
  checkMasters(drafts);
  return drafts;
}
