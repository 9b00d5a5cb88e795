// What demo data are loaded with: the platform at work, and people who acted in the past.
import { fail } from '@tessera/kernel';
import type { PastDeed, PastPerson, SeedDeps } from '@tessera/packs';
import { objectOf, runInSession, runWithin, type ImportDeps } from '@tessera/records';
import { doorOf, type TenantTransaction } from '@tessera/storage';
import { pendingOf, submitRecord } from '@tessera/workflow';
import type { ActInput } from './types/approval.ts';
import type { EngineParts } from './engine-parts.ts';
import { contextFor, platformContext, sessionOn } from './identity/platform-session.ts';
import { actWithin } from './operations/approvals.ts';

const origin = { requestId: 'seed', languages: ['en'] } as const;

const pastPerson = (write: PastPerson['write']): PastPerson => ({
  write,
  submit: ({ object, id }, action) =>
    write(async (session) => {
      await submitRecord(session, { ...action, object: objectOf(session, object), id, byHand: true });
    }),
  approve: ({ object, id }, { action, comment, to }) =>
    write(async (session) => {
      const pending = (await pendingOf(doorOf(session.transaction, session.target.schema), object, [id])).get(id);
      if (pending === undefined) throw fail('APPROVAL_NOT_FOUND', { approval: 'of this record that is pending' });
      await actWithin(session, { approval: pending.id, action: action as ActInput['action'], comment, to });
    }),
});

export async function seedDeps(parts: EngineParts, tenant: string): Promise<SeedDeps> {
  const quietParts: EngineParts = { ...parts, quiet: true };
  const found = await parts.runtimes.refresh(tenant);
  const { database, runtime } = found;
  const importing = (automations: boolean): ImportDeps => {
    const own = automations ? parts : quietParts;
    const context = platformContext(own, tenant);
    const session = sessionOn(own, context, found);
    return { context, database, model: runtime.model, run: (work) => runInSession(session, work) };
  };
  // With the platform's rights: what somebody might do then may be another's by now.
  const past = (transaction: TenantTransaction, { at, person, automations }: PastDeed): PastPerson => {
    const own: EngineParts = { ...(automations ? parts : quietParts), clock: { now: () => at } };
    const session = sessionOn(own, contextFor(own, tenant, { kind: 'system', userId: person }, origin), found);
    return pastPerson((work) => runWithin(session, transaction, work));
  };
  return { model: runtime.model, database, importing, past };
}
