// What the parts of a stage flow are resolved with.
import type { checkAggregate } from '@tessera/rules';
import type { StageFlowJson } from '../generated/types.ts';
import type { FieldModel } from '../model.ts';
import type { StepScope } from './automations/scope.ts';
import type { References } from './references.ts';

export interface StagesAround {
  readonly scope: StepScope;
  readonly source: StageFlowJson;
  /** With the stages as its options. */
  readonly field: FieldModel;
  readonly aggregate: typeof checkAggregate;
  readonly references: References;
}

/** Whether the object has the field; else its absence is told. */
export function hasField({ catalog, report }: StepScope, object: string, name: string, pointer: string): boolean {
  if (catalog.field(object, name) !== undefined) return true;
  const hint = catalog.fieldHint(object, name);
  report.add(pointer, 'METADATA_REFERENCE_MISSING', { kind: 'field', name, where: ` on ${object}`, known: hint });
  return false;
}
