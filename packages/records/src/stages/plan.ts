// The stage flows of an object, as its writes ask for them.
import type { Model, ObjectModel, StageFlowModel } from '@tessera/metadata';
import type { Expression, Value } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';

/** A field whose options are stages. */
export interface StagedField {
  readonly field: string;
  readonly since: string;
  readonly history: ObjectModel;
  /** Of a row of the history: that the record is in that stage still. */
  readonly open: Expression;
  /** The flow of records of a type; undefined: they go as they like. */
  readonly flowOf: (recordType: Value | undefined) => StageFlowModel | undefined;
  /** Whether any of its stages is entered by an approval. */
  readonly asks: boolean;
}

/** Whether a row of the history has no end. */
function openRow(history: ObjectModel): Expression {
  const until = history.fields['until'];
  const type = until?.ruleType ?? ({ kind: 'datetime' } as const);
  const path: Expression = { node: 'path', type, root: 0, steps: [{ object: history.name, field: 'until' }] };
  return { node: 'call', type: { kind: 'boolean' }, operator: 'isBlank', arguments: [path] };
}

export function stagedFields({ stageFlows, objects }: Model, object: ObjectModel): readonly StagedField[] {
  const flows = Object.values(stageFlows).filter((flow) => flow.object === object.name);
  return [...Map.groupBy(flows, ({ field }) => field)].flatMap(([field, own]): readonly StagedField[] => {
    const [first] = own;
    const history = first === undefined ? undefined : objects[first.history];
    if (first === undefined || history === undefined) return [];
    const others = own.find(({ recordTypes }) => recordTypes === undefined);
    const flowOf = (type: Value | undefined): StageFlowModel | undefined =>
      own.find(({ recordTypes }) => typeof type === 'string' && recordTypes?.includes(type) === true) ?? others;
    const asks = own.some(({ stages }) => Object.values(stages).some(({ approval }) => approval !== undefined));
    return [{ field, since: first.since, history, open: openRow(history), flowOf, asks }];
  });
}

/** Whether a write brings a record into another stage, or out of all. */
export const isMoved = ({ field }: StagedField, old: RecordValues | undefined, values: RecordValues): boolean =>
  (values[field] ?? null) !== (old?.[field] ?? null);

/** Whether a write brings a record under another flow, in which it stands at once: it comes into its stage there like any other. */
export function isTakenOver({ field, flowOf }: StagedField, old: RecordValues | undefined, values: RecordValues): boolean {
  if (old === undefined || typeof values[field] !== 'string' || old['recordType'] === values['recordType']) return false;
  const flow = flowOf(values['recordType']);
  return flow !== undefined && flow !== flowOf(old['recordType']);
}
