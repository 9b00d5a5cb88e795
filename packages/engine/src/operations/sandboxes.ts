// Sandboxes of the caller's tenant: listed, made, made anew, taken away, and what was changed in one brought to the tenant.
import { fail } from '@tessera/kernel';
import { withSandbox, type Composed } from '@tessera/packs';
import { appendAudit, auditEntry, layersOfVersion, loadLayers, lockSandbox } from '@tessera/storage';
import type { Session } from '../engine-parts.ts';
import type { AppliedPlan, MetadataPlan } from '../types/metadata.ts';
import type { NewSandbox, PromotionChange, RefreshedSandbox, Sandbox } from '../types/sandbox.ts';
import {
  createSandbox,
  deleteSandbox,
  getSandbox,
  listSandboxes,
  refreshSandbox,
  storedSandbox,
  type Asked,
  type Begun,
} from '../sandboxes/desk.ts';
import { applied, layersOf, planned } from './metadata.ts';

const askedIn = ({ context, runtime }: Session): Asked => ({
  origin: context.tenant,
  model: runtime.model,
  by: context.actor.userId,
});

const audit = ({ database, context }: Session, action: string, detail: Readonly<Record<string, unknown>>): Promise<void> =>
  appendAudit(database, [auditEntry(context, action, { detail })]);

export const list = ({ parts, context }: Session): Promise<readonly Sandbox[]> => listSandboxes(parts, context.tenant);

export const get = ({ parts, context }: Session, { name }: { readonly name: string }): Promise<Sandbox> =>
  getSandbox(parts, context.tenant, name);

/** What the audit trail keeps: passwords are nobody's business. */
const told = ({ sandbox: { name, data, sample, masked } }: Begun, logins: NewSandbox['logins']): Readonly<Record<string, unknown>> => ({
  ...{ name, data, sample, masked },
  logins: logins.map(({ email }) => email),
});

/** Begins the copy; `done` is its end. */
export async function begin(session: Session, input: NewSandbox): Promise<Begun> {
  const begun = await createSandbox(session.parts, askedIn(session), input);
  await audit(session, 'sandbox.created', told(begun, input.logins));
  return begun;
}

export async function beginAnew(session: Session, input: RefreshedSandbox): Promise<Begun> {
  const begun = await refreshSandbox(session.parts, askedIn(session), input);
  await audit(session, 'sandbox.refreshed', told(begun, input.logins ?? []));
  return begun;
}

export const create = async (session: Session, input: NewSandbox): Promise<Sandbox> => (await begin(session, input)).sandbox;

export const refresh = async (session: Session, input: RefreshedSandbox): Promise<Sandbox> => (await beginAnew(session, input)).sandbox;

export async function remove(session: Session, { name }: { readonly name: string }): Promise<undefined> {
  await deleteSandbox(session.parts, session.context.tenant, name);
  await audit(session, 'sandbox.deleted', { name });
  return undefined;
}

/** The layers to come: those in force, with what the sandbox has changed since it was copied. */
async function promoted(session: Session, { name, choices, prefer }: PromotionChange): Promise<Composed> {
  const { parts, context } = session;
  const { tenant } = await storedSandbox(parts, context.tenant, name);
  const [base, sandbox] = await parts.cell.control(async (control) => {
    // While it is read nobody makes it anew or takes it away: a sandbox without layers would look as if it had taken all of them away.
    const { state, version } = (await lockSandbox(control, tenant)) ?? { state: 'failed', version: null };
    if (state === 'copying') throw fail('SANDBOX_BUSY', { name });
    const layers = await loadLayers(control, tenant);
    if (state === 'failed' || version === null || layers.length === 0) throw fail('SANDBOX_NOT_READY', { name });
    return [await layersOfVersion(control, context.tenant, version), layers] as const;
  });
  if (base === undefined) throw fail('SANDBOX_NOT_READY', { name });
  return withSandbox(
    { base, sandbox, from: await layersOf(session) },
    { ...(choices === undefined ? {} : { choices }), ...(prefer === undefined ? {} : { prefer }) },
  );
}

export async function planPromotion(session: Session, change: PromotionChange): Promise<MetadataPlan> {
  return planned(session, await promoted(session, change));
}

/** An ordinary version of the tenant, with the way back. */
export async function promote(session: Session, change: PromotionChange): Promise<AppliedPlan> {
  const { name, reason = `promoted from the sandbox ${name}`, planHash } = change;
  return applied(session, await promoted(session, change), { reason, planHash });
}
