// Steps that are started together: which of them come through is left to the platform, how many must not is said.
import { TesseraError } from '@tessera/kernel';
import type { ScenarioActJson, ScenarioAtOnceJson } from '@tessera/metadata';
import type { Mismatch } from './compare.ts';
import type { Play } from './play.ts';
import { entriesOf } from './read.ts';
import { checkRefusal, reachedBy, refusalText } from './refusal.ts';

type Act = (step: ScenarioActJson, key: string) => Promise<readonly Mismatch[]>;

/** What is not as expected of one, or what it is refused with. */
async function outcomeOf(act: Act, key: string, step: ScenarioActJson): Promise<readonly Mismatch[] | TesseraError> {
  try {
    return await act(step, key);
  } catch (error) {
    if (!(error instanceof TesseraError) || error.status >= 500) throw error;
    return error;
  }
}

/** @param act does a step; what is refused is thrown */
export async function atOnce(play: Play, { steps, refused }: ScenarioAtOnceJson, act: Act): Promise<readonly Mismatch[]> {
  const all = entriesOf(steps).filter(([, step]) => step.active !== false);
  // Everybody is there before anything begins.
  for (const [, { as }] of all) await play.as(as);
  const outcomes = await Promise.all(all.map(([key, step]) => outcomeOf(act, key, step)));
  const errors = outcomes.filter((outcome) => outcome instanceof TesseraError);
  for (const error of errors) for (const part of reachedBy(error)) play.reached.add(part);
  const meant = errors.filter((error) => refused !== undefined && checkRefusal({ code: refused.code }, error).length === 0);
  const others = errors.filter((error) => !meant.includes(error));
  const count = refused?.count ?? 0;
  const wrong = outcomes.flatMap((outcome) => (outcome instanceof TesseraError ? [] : outcome));
  return [
    ...wrong,
    ...(meant.length === count ? [] : [{ what: `steps refused with ${refused?.code ?? ''}`, expected: count, found: meant.length }]),
    ...others.map((error) => ({ what: 'a step', expected: 'it is done', found: `it is refused: ${refusalText(error)}` })),
  ];
}
