// Values that are given in files: as they are, by the name of a record, or as rules that know the time alone. Of scenarios and of data.
import { ruleScope, type Model } from '@tessera/metadata';
import { checkRule, toJs, type JsEnvironment, type Value } from '@tessera/rules';

export type Values = Readonly<Record<string, unknown>>;

/** A record by its object. */
export interface RecordRef {
  readonly object: string;
  readonly id: string;
}

/** What records are called. Throws where nothing is called so. */
export type Naming = (name: string) => RecordRef;

/** The platform's object of people. */
export const people = 'user';

export const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name that `{ "ref": … }` says; undefined where it is something else. */
export function refIn(value: unknown): string | undefined {
  if (!isMap(value) || typeof value['ref'] !== 'string') return undefined;
  return Object.keys(value).every((key) => key === 'ref' || key === '$comment') ? value['ref'] : undefined;
}

/** Every name that a value says, at any depth. */
export function refsIn(value: unknown): readonly string[] {
  const ref = refIn(value);
  if (ref !== undefined) return [ref];
  if (Array.isArray(value)) return value.flatMap(refsIn);
  return isMap(value) ? Object.values(value).flatMap(refsIn) : [];
}

/** Ids in the place of references, in lists and objects that are meant as such. */
export function withIds(value: unknown, naming: Naming): unknown {
  if (Array.isArray(value)) return value.map((each) => withIds(each, naming));
  const ref = refIn(value);
  if (ref !== undefined) return naming(ref).id;
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withIds(each, naming)])) : value;
}

export interface GivenScope {
  readonly model: Model;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly naming: Naming;
  /** What is thrown of a rule that cannot be worked out. */
  readonly unfit: (reason: string) => Error;
}

function workedOut(rule: unknown, { model, now, unfit }: GivenScope): Value {
  const { catalog, tenant } = ruleScope(model, people);
  const { expression, problems } = checkRule(rule, { catalog, ...(tenant === undefined ? {} : { tenant }) });
  if (expression === undefined) throw unfit(problems.map(({ message }) => message).join(' '));
  const { timeZone, currency } = model.settings;
  const environment: JsEnvironment = {
    now,
    timeZone,
    path: ({ steps }) => (steps[0]?.field === 'currency' ? currency : timeZone),
    aggregate: () => null,
  };
  return toJs(expression)(environment);
}

/** @param whole a reference with its object, instead of the id alone */
export function givenValue(value: unknown, scope: GivenScope, whole = false): unknown {
  if (!isMap(value)) return value;
  const ref = refIn(value);
  if (ref !== undefined) return whole ? scope.naming(ref) : scope.naming(ref).id;
  if (Object.hasOwn(value, 'literal')) return withIds(value['literal'], scope.naming);
  return workedOut(value, scope);
}

/** Values by field as a caller gives them. A field that takes references of several objects names theirs. */
export function givenValues(object: string, values: Values, scope: GivenScope): Values {
  const fields = scope.model.objects[object]?.fields ?? {};
  const entries = Object.entries(values).filter(([field]) => field !== '$comment');
  return Object.fromEntries(
    entries.map(([field, value]) => [
      field,
      givenValue(value, scope, Object.hasOwn(fields, field) && fields[field]?.wire === 'anyReference'),
    ]),
  );
}
