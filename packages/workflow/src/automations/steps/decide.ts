// decide: asks a decision table, for all frames at once. A table is read as a whole, whoever acts: half of it would decide wrongly.
import { fail, problem } from '@tessera/kernel';
import type { DecideStepModel, DecisionTableModel } from '@tessera/metadata';
import type { Expression, Value } from '@tessera/rules';
import { askDecisionTable, type DecisionFound } from '@tessera/storage';
import type { StepDoer, StepResult, StepWork } from '../step-work.ts';

type Values = Readonly<Record<string, Value>>;

/** Inputs cannot be called so: names begin with letters. */
const asOfKey = '$asOf';

function tableOf({ session: { model }, step }: StepWork<DecideStepModel>): DecisionTableModel {
  const { table: name } = step;
  const table = Object.hasOwn(model.decisionTables, name) ? model.decisionTables[name] : undefined;
  if (table === undefined) throw fail('COMPONENT_UNKNOWN', { kind: 'decision table', name, known: '' });
  return table;
}

/** What comes out where no row matches, for each frame. */
async function otherwise(
  work: StepWork<DecideStepModel>,
  { default: said, outputs }: DecisionTableModel,
): Promise<readonly (Values | undefined)[]> {
  const nothing = Object.fromEntries(Object.keys(outputs).map((name) => [name, null]));
  if (said.kind !== 'values') return work.frames.map(() => undefined);
  return (await work.evaluateAll(said.values)).map((values) => ({ ...nothing, ...values }));
}

/** The outcome for one frame. */
function resultOf(
  table: DecisionTableModel,
  asked: Values,
  { hits, rows, outputs, asOf }: DecisionFound,
  other: Values | undefined,
): StepResult {
  const [first = '', second = ''] = rows;
  if (table.hit === 'unique' && hits > 1)
    return { kind: 'failed', problem: problem('DECISION_AMBIGUOUS', { table: table.name, first, second }) };
  if (hits > 0) return { kind: 'done', outcome: outputs };
  if (table.default.kind === 'error')
    return { kind: 'failed', problem: problem('DECISION_NONE', { table: table.name, values: JSON.stringify(asked), asOf }) };
  return { kind: 'done', outcome: other ?? outputs };
}

export const decide: StepDoer<DecideStepModel> = async (work) => {
  const { step, platform } = work;
  const table = tableOf(work);
  const rules: Readonly<Record<string, Expression>> = step.asOf === undefined ? step.values : { ...step.values, [asOfKey]: step.asOf };
  const evaluated = await work.evaluateAll(rules);
  const asked = evaluated.map(({ [asOfKey]: asOf = null, ...values }) => ({ values, asOf }));
  const found = await askDecisionTable(platform.transaction, platform.target, table, asked, platform.slots);
  const others = found.some(({ hits }) => hits === 0) ? await otherwise(work, table) : [];
  return found.map((each, i) => resultOf(table, asked[i]?.values ?? {}, each, others[i]));
};
