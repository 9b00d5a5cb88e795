// Runs an action, then reads the records that its outcome shows: with the caller's rights, all of them by one statement.
import type { RootRequest } from '@tessera/engine';
import { TesseraError } from '@tessera/kernel';
import type { Asker } from './actions/action.ts';
import type { ActionPlan } from './document/actions.ts';
import { memberTexts } from './document/json-text.ts';

export interface Performed {
  /** The field's value as JSON text. */
  readonly text: string;
  /** Why records are not shown. What was done is done all the same. */
  readonly failed: unknown;
}

async function outcomeOf(asker: Asker, plan: ActionPlan): Promise<unknown> {
  try {
    return await plan.run(asker);
  } catch (error) {
    if (error instanceof TesseraError && plan.absent.includes(error.code)) return null;
    throw error;
  }
}

export async function perform(asker: Asker, plan: ActionPlan): Promise<Performed> {
  const outcome = await outcomeOf(asker, plan);
  try {
    const roots = new Map<string, RootRequest>();
    const text = plan.render(outcome, (root, name) => {
      if (!roots.has(name)) roots.set(name, root());
      return 'null';
    });
    if (roots.size === 0) return { text, failed: undefined };
    const texts = memberTexts(await asker.engine.run('records.read', asker.context, { roots: [...roots.values()] }));
    return { text: plan.render(outcome, (_, name) => texts.get(name) ?? 'null'), failed: undefined };
  } catch (error) {
    return { text: plan.render(outcome, () => 'null'), failed: error };
  }
}
