// Rules of a process worked out for what an approval is about: `$record` as it would be, `$user` who submitted it.
import type { WriteSession } from '@tessera/records';
import type { Expression, Value } from '@tessera/rules';
import { workOut } from '../../automations/frame-values.ts';
import { asPlatform } from '../../automations/sessions.ts';
import type { Frame } from '../../automations/step-work.ts';
import { asksRoles } from '../../automations/tree.ts';
import type { ApprovalSubject } from '../driving/happened.ts';

export const frameOf = ({ object, id, values, old, submitter }: ApprovalSubject): Frame => ({
  key: id,
  runId: undefined,
  records: [{ object: object.name, id, values }],
  old,
  inputs: {},
  outcomes: {},
  actor: submitter,
  chain: [],
});

/** The platform's rights, in the name of who submitted it. */
export async function asSubmitter(session: WriteSession, { submitter }: ApprovalSubject, rules: object): Promise<WriteSession> {
  const roles = asksRoles(rules) ? (await session.accessOf(session, submitter))?.policy.roles : [];
  return asPlatform(session, submitter, roles ?? []);
}

/** What rules give, by name. */
export async function valuesOf(
  session: WriteSession,
  subject: ApprovalSubject,
  rules: Readonly<Record<string, Expression>>,
): Promise<Readonly<Record<string, Value>>> {
  const names = Object.keys(rules);
  const [found = []] = await workOut(await asSubmitter(session, subject, rules), { about: rules, rules: Object.values(rules) }, [
    frameOf(subject),
  ]);
  return Object.fromEntries(names.map((name, n) => [name, found[n] ?? null]));
}
