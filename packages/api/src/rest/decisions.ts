// How conflicts of a plan are decided, as requests say it.
import type { Choice, PlanDecisions } from '@tessera/engine';
import { fail } from '@tessera/kernel';
import { type Members, objectAt } from './body.ts';

export const invalid = (reason: string, pointer: string): Error => fail('REQUEST_INVALID', { reason }, { pointer });

function preferenceOf(members: Members): 'tenant' | 'pack' | undefined {
  const prefer = members.text('prefer');
  if (prefer === undefined || prefer === 'tenant' || prefer === 'pack') return prefer;
  throw invalid('/prefer must be tenant or pack.', '/prefer');
}

/** `"tenant"`, `"pack"`, or `{ "value": … }`. */
function choiceOf(choice: unknown, pointer: string): Choice {
  if (choice === 'tenant' || choice === 'pack') return choice;
  const { value } = objectAt(choice, pointer, ['value']);
  if (value === undefined) throw invalid(`${pointer} must be tenant, pack, or an object with a value.`, pointer);
  return { value };
}

function choicesOf(members: Members): Readonly<Record<string, Choice>> | undefined {
  if (!members.has('choices')) return undefined;
  const choices = Object.entries(objectAt(members.value('choices'), '/choices'));
  const pointer = (id: string): string => `/choices/${id.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return Object.fromEntries(choices.map(([id, choice]) => [id, choiceOf(choice, pointer(id))]));
}

/** `choices` by the conflicts' ids, `prefer` for all others. */
export function decisionsIn(members: Members): PlanDecisions {
  const [choices, prefer] = [choicesOf(members), preferenceOf(members)];
  return { ...(choices === undefined ? {} : { choices }), ...(prefer === undefined ? {} : { prefer }) };
}
