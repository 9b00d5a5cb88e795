// People that the platform makes: the first administrator, and whom a provider speaks for.
import { failAll } from '@tessera/kernel';
import { createRecords, updateRecords, type WriteSession } from '@tessera/records';

const options = { allOrNone: true, internal: true };

/** Makes a person; gives the id. Throws what stands against it. */
export async function createPerson(
  write: WriteSession,
  { name, email, roles }: { readonly name: string; readonly email: string; readonly roles: readonly string[] },
): Promise<string> {
  const input = { name, email, active: true, ...(roles.length === 0 ? {} : { roles }) };
  const [outcome] = await createRecords(write, 'user', [{ pointer: '', input }], options);
  if (outcome?.ok !== true) throw failAll('RECORDS_INVALID', outcome?.problems ?? []);
  // People own themselves: the platform, which makes them, is nobody. A record cannot point to itself before it is there.
  await updateRecords(write, 'user', [{ pointer: '', id: outcome.id, input: { owner: outcome.id } }], options);
  return outcome.id;
}
