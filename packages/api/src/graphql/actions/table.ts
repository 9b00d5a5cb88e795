// All actions, by what they do: those that only tell are queries, the others mutations.
import type { Action } from './action.ts';
import { approvalMutations, approvalQueries } from './approval-actions.ts';
import { otherActions } from './other-actions.ts';
import { recordActions } from './record-actions.ts';

export const queries: readonly Action[] = approvalQueries;

export const mutations: readonly Action[] = [...recordActions, ...approvalMutations, ...otherActions];

/** @throws TypeError where there is none: a schema has only these. */
export function actionNamed(name: string): Action {
  const found = [...queries, ...mutations].find((action) => action.name === name);
  if (found === undefined) throw new TypeError(`There is no action ${name}.`);
  return found;
}
