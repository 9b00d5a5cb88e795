// number: gives new records their running numbers, late, so that a refused record takes none.
import type { FieldModel } from '@tessera/metadata';
import { takeNumbersStatement } from '@tessera/storage';
import { planOf } from '../session.ts';
import { replaceItems, soundItems, type Step, type WriteSet } from '../write-set.ts';

/** `{YYYY}`, `{YY}`, `{MM}`, `{DD}` of a date `YYYY-MM-DD`. */
function dated(format: string, day: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return format.replaceAll('{YYYY}', year).replaceAll('{YY}', year.slice(2)).replaceAll('{MM}', month).replaceAll('{DD}', date);
}

/** The counter starts anew with each period that the format names. */
function periodOf(format: string, day: string): string {
  const length = format.includes('{DD}') ? 10 : format.includes('{MM}') ? 7 : format.includes('{YY') ? 4 : 0;
  return day.slice(0, length);
}

function localDay(at: string, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(at));
}

async function numberField(set: WriteSet, field: FieldModel, { format, start }: NonNullable<FieldModel['autoNumber']>): Promise<WriteSet> {
  const { session, object } = set;
  const items = soundItems(set);
  if (items.length === 0) return set;
  const day = localDay(session.at, session.slots.zone);
  const counter = { object: object.name, field: field.name, period: periodOf(format, day) };
  const { rows } = await session.transaction.query(takeNumbersStatement(session.target, counter, start, items.length));
  const last = Number(rows[0]?.['value']);
  const text = dated(format, day);
  const numbered = items.map((item, i) => {
    const number = String(last - items.length + 1 + i);
    const value = text.replace(/\{(0+)\}/, (_, zeros: string) => number.padStart(zeros.length, '0'));
    return { ...item, values: { ...item.values, [field.name]: value } };
  });
  return replaceItems(set, numbered);
}

export const number: Step = async (set) => {
  if (set.kind === 'update') return set;
  let result = set;
  for (const field of planOf(set.session, set.object).numbered) {
    if (field.autoNumber !== undefined) result = await numberField(result, field, field.autoNumber);
  }
  return result;
};
