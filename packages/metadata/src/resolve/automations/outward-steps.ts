// Steps that tell and hand on: messages, webhooks, and those who get the record next.
import type { Channel, NotifyStepModel } from '../../model.ts';
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
  kind: 'assignmentRule' | 'pool',
  name: string,
  object: string,
  { scope, around }: Pick<StepSite<'assign'>, 'scope' | 'around'>,
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

function submit({ scope, base, pointer, source, around }: StepSite<'submit'>): Resolved {
  const found = scope.record(source.record, `${pointer}/record`);
  if (source.process !== undefined) around.references.has('approvalProcess', source.process, scope.report, `${pointer}/process`);
  return { step: found && { ...base, type: 'submit', ...found, process: source.process }, outcome: {} };
}

export const outwardSteps: Resolvers<'notify' | 'webhook' | 'assign' | 'pool' | 'submit'> = { notify, webhook, assign, pool, submit };
