// Which record's value each field keeps.
import { fail, failAll, problem, type Problem } from '@tessera/kernel';
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';
import { sameValue } from '../changed.ts';
import { referenceTo } from '../references.ts';
import { isRestricted } from '../write-set.ts';
import type { WriteSession } from '../session.ts';

/** By field, the id of the record whose value is kept. Fields that are not named keep that of the record that stays. */
export type Choices = Readonly<Record<string, string>>;

export interface Chosen {
  readonly field: FieldModel;
  readonly from: string;
}

function chosenField(object: ObjectModel, shown: ObjectModel, name: string): FieldModel | Problem {
  const pointer = `/fields/${name}`;
  const field = Object.hasOwn(shown.fields, name) ? object.fields[name] : undefined;
  if (field === undefined) return problem('FIELD_UNKNOWN', { object: object.name, field: name, known: '' }, { pointer });
  if (field.readOnly === true) return problem('FIELD_READ_ONLY', { field: name, reason: 'it is kept by the engine.' }, { pointer });
  // A secret is sealed for good: nobody could say which of two is which.
  if (field.type === 'secret')
    return problem('FIELD_READ_ONLY', { field: name, reason: 'a secret is set anew, not taken over.' }, { pointer });
  return field;
}

/** Throws what is wrong with the choices. */
export function chosenFields(session: WriteSession, object: ObjectModel, ids: ReadonlySet<string>, choices: Choices): readonly Chosen[] {
  const shown = isRestricted({ session, internal: false }) ? (session.access.view.objects[object.name] ?? object) : object;
  const problems: Problem[] = [];
  const chosen = Object.entries(choices).flatMap(([name, id]): Chosen[] => {
    const field = chosenField(object, shown, name);
    const from = id.toLowerCase();
    if ('code' in field) problems.push(field);
    else if (!ids.has(from))
      problems.push(problem('REQUEST_INVALID', { reason: `${name} is taken from none of the records.` }, { pointer: `/fields/${name}` }));
    else return [{ field, from }];
    return [];
  });
  if (problems.length > 0) throw failAll('RECORDS_INVALID', problems);
  return chosen;
}

/** What leads to one of the records themselves leads nowhere afterwards: nobody comes to point to himself. */
function chosenValue({ name: object }: ObjectModel, field: FieldModel, records: ReadonlyMap<string, RecordValues>, from: string): Value {
  const record = records.get(from);
  const target = referenceTo(field, object, record);
  return target !== undefined && records.has(target) ? null : (record?.[field.name] ?? null);
}

/** What is to be changed of the record that stays. */
export function chosenValues(
  object: ObjectModel,
  chosen: readonly Chosen[],
  records: ReadonlyMap<string, RecordValues>,
  winner: string,
): RecordValues {
  const own = records.get(winner);
  if (own === undefined) throw fail('RECORD_NOT_FOUND', { object: '', id: winner });
  const values = chosen.map(({ field, from }) => [field.name, chosenValue(object, field, records, from)] as const);
  return Object.fromEntries(values.filter(([name, value]) => !sameValue(value, own[name])));
}
