// What was put into the outbox, also after its reader has taken it away.
import type { TestEngine } from './engine.ts';

export interface Told {
  readonly object: string;
  readonly change: string;
  readonly actor: string | null;
  /** Ids with versions. */
  readonly records: readonly (readonly [string, number])[];
}

/** Begins to keep copies. Gives what was told since the last look. */
export async function keepOutbox(engine: TestEngine): Promise<() => Promise<readonly Told[]>> {
  await engine.sql('create table public.told (id bigint generated always as identity, payload jsonb not null)');
  await engine.sql(`create function public.keep() returns trigger language plpgsql security definer set search_path = '' as
    $$ begin insert into public.told (payload) values (new.payload); return null; end $$`);
  await engine.sql('create trigger keep after insert on tessera.outbox for each row execute function public.keep()');
  return async () => {
    const rows = await engine.sql('with gone as (delete from public.told returning id, payload) select payload from gone order by id');
    return rows.map((row) => row['payload'] as Told);
  };
}
