// A record as rules see it in JavaScript: its own fields, computed ones included; the rest comes from facts.
import type { ObjectModel } from '@tessera/metadata';
import type { JsEnvironment, PathExpression, Value } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';
import type { Facts } from './facts.ts';
import type { WriteSession } from '../session.ts';

export interface RecordScope {
  readonly object: ObjectModel;
  readonly record: RecordValues;
  readonly old?: RecordValues | undefined;
  readonly facts: Facts;
  /** The frame in which the record stands: 0, or that of the aggregate whose parts are worked out. */
  readonly frame?: number;
}

type EnvironmentSession = Pick<WriteSession, 'slots' | 'model' | 'rules' | 'context'>;

function fieldOf(session: EnvironmentSession, scope: RecordScope, name: string): Value {
  const field = scope.object.fields[name];
  if (field === undefined) throw new TypeError(`${scope.object.name} has no field ${name}.`);
  if (field.formula !== undefined)
    return session.rules.evaluate(field.formula.expression, recordEnvironment(session, { ...scope, frame: 0 }));
  const computed = field.columns.length === 0 ? (field.quote?.path ?? field.rollup?.aggregate) : undefined;
  if (computed !== undefined) return scope.facts.get(computed) ?? null;
  // A secret is never read, not even by a rule: a comparison would tell it.
  if (field.wire === 'secret') return null;
  const value = scope.record[name] ?? null;
  // Rules compare a polymorphic lookup by its id.
  if (field.wire === 'anyReference' && value !== null && typeof value === 'object' && 'id' in value) return value.id as string;
  return value;
}

function settingOf(session: EnvironmentSession, name: string | undefined): Value {
  const { settings } = session.model;
  if (name === 'timeZone' || name === 'currency') return settings[name];
  throw new TypeError(`There is no setting ${String(name)}.`);
}

function pathValue(session: EnvironmentSession, scope: RecordScope, path: PathExpression): Value {
  const fact = scope.facts.get(path);
  if (fact !== undefined) return fact;
  const { root, steps } = path;
  const name = steps[0]?.field;
  if (root === '$user') return session.slots.user;
  if (root === '$tenant') return settingOf(session, name);
  if (root === '$old')
    return scope.old === undefined || name === undefined ? null : fieldOf(session, { ...scope, record: scope.old }, name);
  if (root !== (scope.frame ?? 0) || steps.length > 1)
    throw new TypeError(`There is no fact for the path ${steps.map((step) => step.field).join('.')}.`);
  return name === undefined ? (scope.record['id'] ?? null) : fieldOf(session, scope, name);
}

/** The environment in which the rules of a record are evaluated. */
export function recordEnvironment(session: EnvironmentSession, scope: RecordScope): JsEnvironment {
  return {
    now: Date.parse(session.slots.now),
    timeZone: session.slots.zone,
    roles: session.slots.roles,
    path: (path) => pathValue(session, scope, path),
    aggregate: (aggregate) => {
      const fact = scope.facts.get(aggregate);
      if (fact === undefined) throw new TypeError(`There is no fact for an aggregate over ${aggregate.source.object}.`);
      return fact;
    },
  };
}
