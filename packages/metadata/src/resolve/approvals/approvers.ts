// Approval steps: who is asked, what a rejection does, what happens when the time is up, and the special cases.
import type { ApproverJson, NeedJson, NobodyJson, TimeoutJson } from '../../generated/types.ts';
import type { ApprovalStepModel, ApproverModel, BackModel, NeedModel, NobodyModel, SpecialCases, TimeoutModel } from '../../model.ts';
import { known } from '../../known.ts';
import { durationModel } from '../automations/durations.ts';
import { peopleModels } from '../automations/people.ts';
import type { StepScope } from '../automations/scope.ts';
import type { References } from '../references.ts';
import { sorted } from '../sorted.ts';
import type { ApprovalSite } from './site.ts';

/** Words for where a rejection leads: no step is called so. */
export const ends = ['end', 'submitter'] as const;

/** What special cases may be said, of a step or of the whole process. */
export interface SpecialSource {
  readonly nobody?: NobodyJson;
  readonly sameAsSubmitter?: SpecialCases['sameAsSubmitter'];
  readonly repeated?: SpecialCases['repeated'];
  readonly left?: SpecialCases['left'];
}

export const unlessSaid: SpecialCases = {
  nobody: { do: 'administrator' },
  sameAsSubmitter: 'skip',
  repeated: 'skip',
  left: 'administrator',
};

/** The schema has held a word to those that there are. */
const needModel = (source: NeedJson | undefined, left: NeedModel): NeedModel => (source as NeedModel | undefined) ?? left;

function nobodyModel(source: NobodyJson, pointer: string, scope: StepScope, references: References): NobodyModel {
  if (typeof source === 'string') return { do: source as 'pass' | 'refuse' | 'administrator' };
  return { do: 'ask', to: peopleModels(source.to, `${pointer}/nobody/to`, scope, references) };
}

/** What a step or process says itself, else what holds above it. */
export function specialCases(
  source: SpecialSource,
  above: SpecialCases,
  pointer: string,
  scope: StepScope,
  references: References,
): SpecialCases {
  const { nobody, sameAsSubmitter, repeated, left } = source;
  return {
    nobody: nobody === undefined ? above.nobody : nobodyModel(nobody, pointer, scope, references),
    sameAsSubmitter: sameAsSubmitter ?? above.sameAsSubmitter,
    repeated: repeated ?? above.repeated,
    left: left ?? above.left,
  };
}

type Site = ApprovalSite<'approval'>;

function approverModels({ source, pointer, scope, around }: Site): readonly ApproverModel[] {
  return sorted<ApproverJson>(source.approvers).flatMap(([name, entry]) => {
    const [person] = peopleModels({ [name]: entry }, `${pointer}/approvers`, scope, around.automations.references);
    return person === undefined ? [] : [{ name, person, need: needModel(entry.need, 'any') }];
  });
}

function backModel({ source, pointer, scope, earlier }: Site): BackModel {
  const { to = 'end' } = source.onReject ?? {};
  if (to === 'end' || to === 'submitter') return { kind: to };
  const path = Object.hasOwn(earlier, to) ? earlier[to] : undefined;
  if (path !== undefined) return { kind: 'step', path };
  const where = ' before this one, in its block or around it';
  const hint = known([...ends, ...Object.keys(earlier)], to);
  scope.report.add(`${pointer}/onReject/to`, 'METADATA_REFERENCE_MISSING', { kind: 'step', name: to, where, known: hint });
  return { kind: 'end' };
}

function thenOf({ source, pointer, scope }: Site): 'rerun' | 'return' {
  const { to = 'end', then } = source.onReject ?? {};
  if (to === 'end' && then !== undefined)
    scope.report.add(`${pointer}/onReject/then`, 'METADATA_REFERENCE_UNFIT', {
      reason: 'From the end nothing goes on. Remove it, or say in `to` where it leads.',
    });
  return then ?? 'rerun';
}

function timeoutModels({ source, pointer, scope, around }: Site): readonly TimeoutModel[] {
  const { references } = around.automations;
  const models: TimeoutModel[] = [];
  let at = `${pointer}/timeout`;
  for (let one: TimeoutJson | undefined = source.timeout; one !== undefined; one = one.then, at += '/then') {
    const after = durationModel(
      { source: one.after, pointer: `${at}/after` },
      { name: one.calendar, pointer: `${at}/calendar` },
      scope,
      references,
    );
    const to = peopleModels(one.to, `${at}/to`, scope, references);
    if ((one.do === 'approve' || one.do === 'reject') && one.then !== undefined)
      scope.report.add(`${at}/then`, 'METADATA_REFERENCE_UNFIT', { reason: 'After that nobody is asked any more. Remove it.' });
    if (after !== undefined) models.push({ after, do: one.do, to });
  }
  return models;
}

function editableFields({ source, pointer, scope, around }: Site): readonly string[] {
  return (source.editable ?? []).filter((name, i) => scope.settable(around.object, name, `${pointer}/editable/${String(i)}`) !== undefined);
}

export function approvalStep(site: Site): ApprovalStepModel {
  const { source, base, pointer, scope, around } = site;
  return {
    ...base,
    type: 'approval',
    approvers: approverModels(site),
    need: needModel(source.need, 'all'),
    reject: source.reject ?? 'one',
    onReject: { to: backModel(site), then: thenOf(site) },
    ...specialCases(source, around.special, pointer, scope, around.automations.references),
    editable: editableFields(site),
    timeouts: timeoutModels(site),
    allow: source.allow ?? ['return', 'transfer', 'addSigner'],
  };
}
