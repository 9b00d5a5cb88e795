// Packs whose objects have automations or an approval: for throughput, and for what automations cost a write.
import type { Layer } from '@tessera/metadata';

type Json = Readonly<Record<string, unknown>>;

export const objectName = 'thing';

const label = { en: 'Thing' };
/** One for each automation that sets something. */
const fieldOf = (i: number): string => `value${String(i)}`;
const mostFields = 20;

function packWith(name: string, automations: readonly Json[], more: Readonly<Record<string, Json>> = {}): Layer {
  const values = Array.from({ length: mostFields }, (_, i) => [fieldOf(i), { type: 'number', scale: 0, label }] as const);
  const fields = { name: { type: 'text', label }, amount: { type: 'number', scale: 0, label }, ...Object.fromEntries(values) };
  const files: Record<string, Json> = {
    'pack.json': { name, namespace: '', version: '1.0.0', label, publisher: 'Benchmarks', languages: ['en'] },
    [`objects/${objectName}.json`]: { name: objectName, plural: 'things', label, fields },
    ...more,
  };
  for (const [i, automation] of automations.entries()) {
    const own = `automation${String(i)}`;
    files[`automations/${own}.json`] = { name: own, object: objectName, runAs: 'system', ...automation };
  }
  return { kind: 'pack', name, version: '1.0.0', namespace: '', files };
}

const set = (i: number, order = 10): Json => ({ type: 'set', order, values: { [fieldOf(i)]: { '+': [{ var: 'amount' }, i] } } });

/** Each new record starts a run of so many steps, each of which changes the record. */
export function runningPack(steps: number): Layer {
  const all = Array.from({ length: steps }, (_, i) => [`step${String(i)}`, set(i, 10 * (i + 1))] as const);
  return packWith(`running${String(steps)}`, [{ trigger: { type: 'record', on: ['create'] }, steps: Object.fromEntries(all) }]);
}

/** Each update of a record starts so many runs. */
export function startingPack(automations: number): Layer {
  const one: Json = {
    trigger: { type: 'record', on: ['update'] },
    steps: { note: { type: 'let', values: { amount: { var: 'amount' } } } },
  };
  return packWith(
    `starting${String(automations)}`,
    Array.from({ length: automations }, () => one),
  );
}

/** Each update of a record has so many fields set before it is saved, each by an automation of its own. */
export function settingPack(automations: number): Layer {
  const trigger = { type: 'record', on: ['update'], moment: 'beforeSave' };
  return packWith(
    `setting${String(automations)}`,
    Array.from({ length: automations }, (_, i): Json => ({ trigger, steps: { set: set(i) } })),
  );
}

/** Whoever has this role is asked about each new record. */
export const voter = 'voter';

/** Each new record waits until all voters have approved it. */
export function approvingPack(): Layer {
  const steps = { votes: { type: 'approval', approvers: { all: { role: voter, need: 'all' } } } };
  return packWith('approving', [], {
    [`roles/${voter}.json`]: { name: voter, label, objects: { [objectName]: { read: true, fields: { '*': 'read' } } } },
    'approvalProcesses/agree.json': { name: 'agree', label, object: objectName, on: ['create'], steps },
  });
}
