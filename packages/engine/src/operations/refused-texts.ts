// Fields whose texts must look otherwise than before, by a pattern or another type: what is there is looked at one by one.
import { isoNow } from '@tessera/kernel';
import { fieldTypes, type FieldModel } from '@tessera/metadata';
import type { LayerPlan } from '@tessera/packs';
import { futureTexts, type FutureRecords } from '@tessera/storage';
import type { Session } from '../engine-parts.ts';

/** How a field is written in its object's file. */
type Source = Readonly<Record<string, unknown>>;

const plainTypes = ['text', 'textarea'];
/** Types that take only texts of a form. */
const formTypes = ['email', 'phone', 'url'];
const textTypes: readonly unknown[] = [...plainTypes, ...formTypes];

/** Whether a field takes fewer texts than before by their looks; lengths aside, which the database knows. */
export function isStricterText(was: Source, now: Source): boolean {
  if (!textTypes.includes(was['type']) || !textTypes.includes(now['type'])) return false;
  const isOfForm = was['type'] !== now['type'] && !plainTypes.includes(String(now['type']));
  return isOfForm || (now['pattern'] !== undefined && now['pattern'] !== was['pattern']);
}

function isUnfit(field: FieldModel, text: string): boolean {
  const coerced = fieldTypes[field.type].coerce(text, field);
  return !coerced.ok && coerced.code !== 'VALUE_TOO_LONG' && coerced.code !== 'VALUE_TOO_SHORT';
}

/** The records whose text in the field would be refused, as the plan leaves them; undefined where the plan has no such field. */
export async function refusedTexts(session: Session, plan: LayerPlan, object: string, field: string): Promise<FutureRecords | undefined> {
  const model = plan.after.objects[object]?.fields[field];
  const column = model?.columns[0]?.name;
  if (model === undefined || column === undefined) return undefined;
  const wanted = { to: plan.after, object, column, now: isoNow(session.context) };
  return session.parts.cell.control((transaction) => futureTexts(transaction, plan.ddl, wanted, (text) => isUnfit(model, text)));
}
