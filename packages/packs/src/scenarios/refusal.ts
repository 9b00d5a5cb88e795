// Refusals: how one that was expected is told from one that was not.
import type { Problem, TesseraError } from '@tessera/kernel';
import type { ScenarioRefusalJson } from '@tessera/metadata';
import type { Mismatch } from './compare.ts';
import type { Reached } from './sandbox.ts';

type Told = Pick<Problem, 'code' | 'message' | 'pointer' | 'params' | 'details'>;

/** The rule or condition that has refused it. */
const ruleOf = ({ params, details }: Told): unknown => params?.['rule'] ?? details?.['rule'];

/** What was refused, and why. */
function told(error: TesseraError): readonly Told[] {
  const { code, message, pointer, params } = error;
  const whole: Told = { code, message, params, ...(pointer === undefined ? {} : { pointer }) };
  const isOwn = error.problems.some((each) => each.code === code && each.message === message);
  return isOwn ? error.problems : [...error.problems, whole];
}

/** `/records/0/amount` is at `amount`; a path within a field (`/address/city`) is at its last part, or at all of it. */
const isAt = (pointer: string | undefined, at: string): boolean => `/${pointer ?? ''}`.endsWith(`/${at.replaceAll('.', '/')}`);

function isMeant({ code, at, rule }: ScenarioRefusalJson, found: Told): boolean {
  if (found.code !== code) return false;
  return (at === undefined || isAt(found.pointer, at)) && (rule === undefined || ruleOf(found) === rule);
}

const shown = ({ code, at, rule }: ScenarioRefusalJson): Readonly<Record<string, string>> => ({
  code,
  ...(at === undefined ? {} : { at }),
  ...(rule === undefined ? {} : { rule }),
});

/** What was said, for people. */
export const refusalText = (error: TesseraError): string =>
  told(error)
    .map((each) => {
      const [rule, { code, message, pointer = '' }] = [ruleOf(each), each];
      return `${code}${typeof rule === 'string' ? ` by ${rule}` : ''}${pointer === '' ? '' : ` at ${pointer}`}: ${message}`;
    })
    .join(' | ');

/** What is not as expected of something that was refused (`error`) or done. */
export function checkRefusal(expected: ScenarioRefusalJson | undefined, error: TesseraError | undefined): readonly Mismatch[] {
  if (expected === undefined)
    return error === undefined ? [] : [{ what: 'the step', expected: 'it is done', found: `it is refused: ${refusalText(error)}` }];
  if (error === undefined) return [{ what: 'the step', expected: { refused: shown(expected) }, found: 'it is done' }];
  if (told(error).some((each) => isMeant(expected, each))) return [];
  return [{ what: 'the step', expected: { refused: shown(expected) }, found: `it is refused: ${refusalText(error)}` }];
}

/** The rules and conditions that have refused something. */
export function reachedBy(error: TesseraError): readonly Reached[] {
  return told(error).flatMap((each): readonly Reached[] => {
    const { code, params } = each;
    const rule = ruleOf(each);
    if (typeof rule !== 'string') return [];
    if (code === 'VALIDATION_FAILED') return [`validationRule ${String(params?.['object'])}/${rule}`];
    if (code === 'STAGE_ENTRY_REFUSED' || code === 'STAGE_MOVE_REFUSED') return [`stageCondition ${rule}`];
    return code.startsWith('DUPLICATE_') ? [`duplicateRule ${rule}`] : [];
  });
}
