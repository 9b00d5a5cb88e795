// What a stored roll-up may be made of: exact at commit, so only of what a write of the child itself can change.
import type { AggregateExpression, Expression } from '../expression.ts';
import { dependencies } from '../facts.ts';
import { pathText } from '../types.ts';
import type { RuleScope } from './scope.ts';

type Refuse = (pointer: string, reason: string) => void;

function partProblems(part: Expression, pointer: string, frame: number, scope: RuleScope, refuse: Refuse): void {
  const { paths, aggregates, usesNow, usesUser, usesOld, usesZone } = dependencies(part);
  if (usesNow)
    refuse(
      pointer,
      'A stored roll-up cannot depend on the time: nothing is written when it passes. Compute it when asked, or on a schedule.',
    );
  if (usesUser) refuse(pointer, 'A stored roll-up is the same for everybody: it cannot depend on who asks.');
  if (usesOld) refuse(pointer, 'A stored roll-up cannot depend on $old.');
  if (usesZone) refuse(pointer, "A stored roll-up cannot depend on the tenant's time zone, which may be changed: name a zone.");
  if (aggregates.length > 0) refuse(pointer, 'A stored roll-up has no aggregate within: make that a roll-up of the child.');
  for (const path of paths) {
    const [step, ...more] = path.steps;
    const stored = step !== undefined && scope.catalog.field(step.object, step.field)?.stored !== false;
    if (path.root === frame && more.length === 0 && stored) continue;
    if (path.root === '$user' || path.root === '$old' || path.root === '$tenant') continue;
    refuse(pointer, `A stored roll-up reads stored fields of the child record alone; ${pathText(path)} is none.`);
  }
}

/** Refuses what a roll-up in upkeep *transaction* cannot follow. */
export function upkeepProblems(aggregate: AggregateExpression, scope: RuleScope, refuse: Refuse): void {
  const { source, frame } = aggregate;
  if (source.kind !== 'children' || source.root !== 0 || source.steps.length > 0)
    refuse('/of', 'A stored roll-up is over a child relation of the record itself.');
  if (aggregate.where) partProblems(aggregate.where, '/where', frame, scope, refuse);
  if (aggregate.value) partProblems(aggregate.value, '/value', frame, scope, refuse);
  aggregate.sort?.forEach((key, i) => {
    partProblems(key.by, `/sort/${i}/by`, frame, scope, refuse);
  });
}
