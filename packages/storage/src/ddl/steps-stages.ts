// Stages that are gone from a flow: records in them would be nowhere, so somebody must say where they go.
import type { Model, StageFlowModel } from '@tessera/metadata';
import { stagesCheck, type GoneStages } from './checks.ts';
import type { FutureTables } from './future.ts';
import type { ColumnChange, TableChange } from './change.ts';
import { placeOf } from './conversion.ts';
import { withCheck, type DdlStep } from './step.ts';

type Kept = Extract<ColumnChange, { readonly how: 'keep' }>;

const flowsOf = ({ stageFlows }: Model, object: string, field: string): readonly StageFlowModel[] =>
  Object.values(stageFlows).filter((flow) => flow.object === object && flow.field === field);

/** The flow of a record type; null: of all that are not named. */
const flowFor = (flows: readonly StageFlowModel[], type: string | null): StageFlowModel | undefined =>
  flows.find(({ recordTypes }) => (type === null ? recordTypes === undefined : recordTypes?.includes(type) === true)) ??
  flows.find(({ recordTypes }) => recordTypes === undefined);

function goneStages(change: TableChange, { words, match }: Kept, from: Model, to: Model): readonly GoneStages[] {
  if (match === undefined) return [];
  const flows = flowsOf(to, match.newField.object, match.newField.name);
  const former = flowsOf(from, match.oldField.object, match.oldField.name);
  if (flows.length === 0 || former.length === 0) return [];
  const typeColumn = change.columns.find((column): column is Kept => column.how === 'keep' && column.column.field === 'recordType');
  const before = new Map([...(typeColumn?.words ?? [])].map(([old, now]) => [now, old]));
  const types = [...new Set(flows.flatMap(({ recordTypes }) => recordTypes ?? []))];
  return [...types, null].flatMap((type): readonly GoneStages[] => {
    const now = flowFor(flows, type);
    const then = flowFor(former, type === null ? null : (before.get(type) ?? type));
    if (now === undefined || then === undefined) return [];
    const gone = Object.keys(then.stages).flatMap((stage) => {
      const word = words.get(stage) ?? stage;
      return Object.hasOwn(now.stages, word) ? [] : [word];
    });
    return gone.length === 0 ? [] : [{ type, others: types, stages: gone }];
  });
}

/** Each of a field whose flows have lost stages; nothing is done, but it is checked that no record is in them. */
export function stageSteps(future: FutureTables, change: TableChange, from: Model | undefined, to: Model): readonly DdlStep[] {
  if (from === undefined || change.before === undefined) return [];
  return change.columns.flatMap((column): readonly DdlStep[] => {
    if (column.how !== 'keep') return [];
    const gone = goneStages(change, column, from, to);
    if (gone.length === 0) return [];
    const { object, field, at } = placeOf(change, column.column);
    const names = [...new Set(gone.flatMap(({ stages }) => stages))].join(', ');
    const step: DdlStep = {
      kind: 'removeStages',
      object,
      field,
      risk: 'safe',
      summary: `${at}: ${names} is no stage any more; no record may be in it.`,
      statements: [],
    };
    return [withCheck(step, stagesCheck(future, change, column.column, gone))];
  });
}
