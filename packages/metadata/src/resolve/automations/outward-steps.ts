// Steps that tell and hand on: messages, webhooks, and those who get the record next.
import type { RuleType } from '@tessera/rules';
import type { Channel, NotifyStepModel, SubmitStepModel } from '../../model.ts';
import { peopleModels } from './people.ts';
import type { Resolved, Resolvers, StepSite } from './site.ts';
import { freeValues } from './values.ts';

/** The record that fills the template. */
function aboutOf({ scope, pointer, source }: StepSite<'notify'>, object: string | undefined): NotifyStepModel['about'] {
  if (object !== undefined) return scope.recordOf(object, source.about, `${pointer}/about`);
  if (source.about !== undefined)
    scope.report.add(`${pointer}/about`, 'METADATA_REFERENCE_UNFIT', {
      reason: `The template ${source.template} speaks of no record. Remove it.`,
    });
  return undefined;
}

function notify(site: StepSite<'notify'>): Resolved {
  const { scope, base, pointer, source, around } = site;
  const to = peopleModels(source.to, `${pointer}/to`, scope, around.references);
  const { template: name } = source;
  if (!around.references.has('template', name, scope.report, `${pointer}/template`)) return { outcome: {} };
  const template = around.templates[name];
  if (template === undefined) return { outcome: {} };
  const has = Object.keys(template.channels) as Channel[];
  source.channels?.forEach((channel, i) => {
    if (!has.includes(channel))
      scope.missing(`${pointer}/channels/${String(i)}`, 'text', channel, { where: ` in the template ${name}`, names: has });
  });
  const about = aboutOf(site, template.object);
  return { step: { ...base, type: 'notify', to, template: name, about, channels: source.channels ?? has }, outcome: {} };
}

const isAddress = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);

function webhook({ scope, base, pointer, source }: StepSite<'webhook'>): Resolved {
  const outcome: Resolved['outcome'] = { values: { status: { kind: 'number' }, body: { kind: 'json' } } };
  const address = scope.check(source.address, `${pointer}/address`, { kind: 'text' });
  const literal = address?.node === 'literal' ? address.value : undefined;
  if (literal !== undefined && !(typeof literal === 'string' && isAddress(literal))) {
    const reason = `${JSON.stringify(literal)} is no address of the web. Write it as in https://erp.example/orders.`;
    scope.report.add(`${pointer}/address`, 'METADATA_REFERENCE_UNFIT', { reason });
  }
  if (source.values === undefined && scope.object === undefined)
    scope.report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason: 'This runs on no record whose id could be posted. Give `values`.' });
  const values = source.values && freeValues({ values: source.values, pointer: `${pointer}/values` }, scope);
  return { step: address && { ...base, type: 'webhook', address, values }, outcome };
}

/** Whether a component is there, for records of the object. */
function isFor(
  kind: 'assignmentRule' | 'pool' | 'approvalProcess',
  name: string,
  object: string,
  { scope, around }: Pick<StepSite<'assign' | 'submit'>, 'scope' | 'around'>,
  pointer: string,
): boolean {
  const { references } = around;
  if (!references.has(kind, name, scope.report, pointer)) return false;
  const of = references.objectOf(kind, name);
  if (of !== undefined && of !== object)
    scope.report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason: `${name} is for records of ${of}, not of ${object}.` });
  return of === object;
}

function assign(site: StepSite<'assign'>): Resolved {
  const { scope, base, pointer, source, around } = site;
  const { assignmentRule } = source;
  const found = scope.record(source.record, `${pointer}/record`);
  const to = source.to && peopleModels(source.to, `${pointer}/to`, scope, around.references);
  if (found !== undefined && assignmentRule !== undefined)
    isFor('assignmentRule', assignmentRule, found.object, site, `${pointer}/assignmentRule`);
  const outcome: Resolved['outcome'] = { values: { to: { kind: 'reference', to: ['user'] }, rule: { kind: 'text' } } };
  return { step: found && { ...base, type: 'assign', ...found, to, assignmentRule }, outcome };
}

function pool(site: StepSite<'pool'>): Resolved {
  const { scope, base, pointer, source } = site;
  const found = scope.record(source.record, `${pointer}/record`);
  if (found !== undefined) isFor('pool', source.pool, found.object, site, `${pointer}/pool`);
  return { step: found && { ...base, type: 'pool', ...found, pool: source.pool }, outcome: {} };
}

const user: RuleType = { kind: 'reference', to: ['user'] };

/** What becomes of an approval by the time the step is done: it may be over at once. */
const statuses = ['running', 'approved', 'failed'];

/** Somebody else's name is the system's to give; and where nobody acts it must. */
function submitterOf({ scope, pointer, source, around }: StepSite<'submit'>): SubmitStepModel['submitter'] {
  const unfit = (at: string, reason: string): void => {
    scope.report.add(at, 'METADATA_REFERENCE_UNFIT', { reason });
  };
  if (source.submitter === undefined) {
    if (around.unattended) unfit(pointer, 'Nobody acts here: say in `submitter` who hands the record in.');
    return undefined;
  }
  if (around.runAs === 'user')
    unfit(`${pointer}/submitter`, 'Whoever caused the run hands it in. Remove it, or let the automation run as the system.');
  return scope.check(source.submitter, `${pointer}/submitter`, user);
}

function submit(site: StepSite<'submit'>): Resolved {
  const { scope, base, pointer, source, around } = site;
  const { process } = source;
  const found = scope.record(source.record, `${pointer}/record`);
  if (found !== undefined && process !== undefined && isFor('approvalProcess', process, found.object, site, `${pointer}/process`)) {
    const on = around.references.source('approvalProcess', process)?.['on'];
    if (!Array.isArray(on) || !on.includes('submit'))
      scope.report.add(`${pointer}/process`, 'METADATA_REFERENCE_UNFIT', {
        reason: `Nobody hands a record in to ${process}. Add submit to its \`on\`.`,
      });
  }
  const outcome: Resolved['outcome'] = { values: { approval: { kind: 'text' }, status: { kind: 'text', options: statuses } } };
  return { step: found && { ...base, type: 'submit', ...found, process, submitter: submitterOf(site) }, outcome };
}

export const outwardSteps: Resolvers<'notify' | 'webhook' | 'assign' | 'pool' | 'submit'> = { notify, webhook, assign, pool, submit };
