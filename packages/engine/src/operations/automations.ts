// Automations that somebody starts, and what administrators are told of them: why one starts or does not, and how its webhook is signed.
import { fail, isUuid } from '@tessera/kernel';
import type { AutomationModel } from '@tessera/metadata';
import { sightOf, type WriteSession } from '@tessera/records';
import { appendAudit, auditEntry, doorOf, listVersions, nextGeneration, secretGeneration } from '@tessera/storage';
import { explainAutomation, pressButton, secretText } from '@tessera/workflow';
import type { ExplainInput, ShownExplanation, StartInput, Started, WebhookSecret } from '../types/automation.ts';
import type { Session } from '../engine-parts.ts';
import { idempotent } from './idempotency.ts';
import { layersOf } from './metadata.ts';
import { shownRun } from './runs.ts';
import { runWrite } from './write.ts';

/** @throws COMPONENT_UNKNOWN */
export function automationOf({ runtime }: Pick<Session, 'runtime'>, name: string): AutomationModel {
  const { automations } = runtime.model;
  const found = Object.hasOwn(automations, name) ? automations[name] : undefined;
  if (found === undefined) throw fail('COMPONENT_UNKNOWN', { kind: 'automation', name, known: '' });
  return found;
}

/** Whoever does not see a record does not see its buttons. @throws RECORD_NOT_FOUND */
async function checkSight(write: WriteSession, object: string, id: string): Promise<void> {
  const { policy } = write.access;
  if (!isUuid(id) || (!policy.administrator && !(await sightOf(write, object, [id]))(id).readable))
    throw fail('RECORD_NOT_FOUND', { object, id });
}

export function startAutomation(session: Session, { automation: name, object, id: given, inputs = {} }: StartInput): Promise<Started> {
  const id = given?.toLowerCase();
  if (object !== undefined && !Object.hasOwn(session.view.objects, object)) throw fail('OBJECT_UNKNOWN', { object });
  const { automations } = session.runtime.model;
  const automation = Object.hasOwn(automations, name) ? automations[name] : undefined;
  // Those that are no buttons are not told of, and neither are those of other objects.
  if (automation?.trigger.type !== 'button' || automation.object !== object)
    throw fail('COMPONENT_UNKNOWN', { kind: 'button', name, known: '' });
  return runWrite(session, async (write) => {
    if (object !== undefined) await checkSight(write, object, id ?? '');
    const input = { automation: name, object, id, inputs };
    return idempotent(write, 'automations.start', input, async () => ({
      run: await pressButton(write, automation, { id, given: inputs }),
    }));
  });
}

/** What is switched off is in no Model; that is the very answer. @throws AUTOMATION_NOT_APPLICABLE */
async function checkOn(session: Session, name: string): Promise<void> {
  if (Object.hasOwn(session.runtime.model.automations, name)) return;
  const layers = await layersOf(session);
  if (layers.some(({ files }) => Object.hasOwn(files, `automations/${name}.json`)))
    throw fail('AUTOMATION_NOT_APPLICABLE', { automation: name, reason: 'it is switched off (`active`), so nothing starts it.' });
}

export async function explain(session: Session, { automation: name, record, version }: ExplainInput): Promise<ShownExplanation> {
  await checkOn(session, name);
  const automation = automationOf(session, name);
  const object = session.runtime.model.objects[automation.object ?? ''];
  if (object === undefined)
    throw fail('AUTOMATION_NOT_APPLICABLE', { automation: name, reason: 'it is about no object, so there is no record to explain it by.' });
  const id = record.toLowerCase();
  const [latest] = await session.parts.cell.control((transaction) => listVersions(transaction, session.context.tenant));
  const asked = { object, id, version, since: latest?.createdAt ?? null };
  const found = isUuid(id) ? await runWrite(session, (write) => explainAutomation(write, automation, asked)) : undefined;
  if (found === undefined) throw fail('RECORD_NOT_FOUND', { object: object.name, id: record });
  return { ...found, runs: found.runs.map(shownRun) };
}

function secretOf({ parts, context }: Session, automation: string, generation: number): WebhookSecret {
  const [secret] = parts.inboundSecrets(context.tenant, automation, generation);
  if (secret === undefined) throw new TypeError('An engine has a secret.');
  return { path: `/webhooks/${context.tenant}/${automation}`, secret: secretText(secret), generation };
}

async function handOut(session: Session, name: string, action: string, generationOf: typeof secretGeneration): Promise<WebhookSecret> {
  const automation = automationOf(session, name);
  if (automation.trigger.type !== 'webhook')
    throw fail('AUTOMATION_NOT_APPLICABLE', { automation: name, reason: `what starts it is a ${automation.trigger.type}, no webhook.` });
  return runWrite(session, async ({ transaction, target: { schema } }) => {
    const door = doorOf(transaction, schema);
    const generation = await generationOf(door, name);
    await appendAudit(door, [auditEntry(session.context, action, { detail: { automation: name, generation } })]);
    return secretOf(session, name, generation);
  });
}

/** Whoever has it can start the automation, so it is noted who was given it. */
export const webhookSecret = (session: Session, { automation }: { readonly automation: string }): Promise<WebhookSecret> =>
  handOut(session, automation, 'webhook.secretShown', secretGeneration);

/** The one before stays good until it is rotated again. */
export const rotateWebhookSecret = (session: Session, { automation }: { readonly automation: string }): Promise<WebhookSecret> =>
  handOut(session, automation, 'webhook.secretRotated', nextGeneration);
