// What somebody is to a pool: member, administrator, or neither; as of this transaction.
import type { PoolModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { speaksOf } from '@tessera/security';
import { doorOf, loadPerson } from '@tessera/storage';

export interface PoolStanding {
  /** Administrators count as members. */
  readonly member: boolean;
  readonly administrator: boolean;
}

const nobody: PoolStanding = { member: false, administrator: false };

/** Of somebody who is not active (any more): nothing. */
export async function standingOf({ transaction, target, model }: WriteSession, pool: PoolModel, userId: string): Promise<PoolStanding> {
  const person = await loadPerson(doorOf(transaction, target.schema), { model, userId, subjects: () => [] });
  if (person?.active !== true) return nobody;
  const isAmong = (subjects: PoolModel['members']): boolean => subjects.some((subject) => speaksOf(subject, person));
  const runsAll = person.roles.some((role) => model.roles[role]?.administrator === true);
  const administrator = runsAll || isAmong(pool.administrators);
  return { administrator, member: administrator || isAmong(pool.members) };
}
