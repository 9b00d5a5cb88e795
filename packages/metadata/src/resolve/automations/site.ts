// Where a step stands while it is resolved, and what comes of it.
import type { Outcome } from '@tessera/rules';
import type { StepJson, StepsJson } from '../../generated/types.ts';
import type {
  AutomationModel,
  DecisionTableModel,
  InputModels,
  Label,
  RecordEvent,
  StepModel,
  StepType,
  TemplateModel,
} from '../../model.ts';
import type { References } from '../references.ts';
import type { StepPlace } from './places.ts';
import type { StepScope } from './scope.ts';

/** What a caller must know of an automation. */
export interface Signature {
  readonly object: string | undefined;
  readonly trigger: AutomationModel['trigger']['type'];
  readonly runAs: AutomationModel['runAs'];
  readonly inputs: InputModels;
}

/** What is around all steps of an automation. Of what is broken there is no model, which is told already. */
export interface Around {
  readonly references: References;
  readonly templates: Readonly<Record<string, TemplateModel>>;
  readonly tables: Readonly<Record<string, DecisionTableModel>>;
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly runAs: AutomationModel['runAs'];
  readonly unattended: boolean;
  /** What is done to the record when it starts; none where it does not start by that. */
  readonly on: readonly RecordEvent[];
}

/** Steps within a step. */
export type ResolveBlock = (
  steps: StepsJson | undefined,
  at: { readonly pointer: string; readonly path: string; readonly place: StepPlace },
  scope: StepScope,
) => readonly StepModel[];

export interface StepBase {
  readonly name: string;
  readonly path: string;
  readonly order: number;
  readonly label: Label | undefined;
  readonly when: StepModel['when'];
}

export interface StepSite<T extends StepType> {
  readonly source: Extract<StepJson, { type: T }>;
  readonly base: StepBase;
  readonly pointer: string;
  readonly place: StepPlace;
  readonly scope: StepScope;
  readonly around: Around;
  readonly block: ResolveBlock;
}

/** No step: something is wrong with it. No outcome: nobody knows what it would be. */
export interface Resolved {
  readonly step?: StepModel | undefined;
  readonly outcome?: Omit<Outcome, 'key'>;
}

/** For each step type what makes its model. */
export type Resolvers<Types extends StepType> = { readonly [T in Types]: (site: StepSite<T>) => Resolved };
