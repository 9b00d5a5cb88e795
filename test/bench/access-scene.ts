// The access scene: 1,000 people in six levels, 200,000 private deals, ten sharing rules on them and 20,000 shares of single records.
import type { Context } from '@tessera/kernel';
import { password, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { accessPack } from './access-metadata.ts';
import { levels, people, personId, rowStatements } from './access-rows.ts';

export interface AccessScene {
  readonly here: TestEngine;
  readonly tenant: TestTenant;
  /** Who reads, by what they are. */
  readonly readers: Readonly<Record<string, Context>>;
  /** How many live deals belong to each person who has any. */
  close(): Promise<void>;
}

type Sql = TestEngine['sql'];

const one = async (sql: Sql, text: string, values: readonly unknown[] = []): Promise<string> => {
  const [row] = await sql(text, values);
  const found = row?.['found'];
  if (typeof found !== 'string') throw new TypeError('The scene has nobody of this kind.');
  return found;
};

/** Somebody of a level with as many people below as most of the level have. */
const middleOf = (sql: Sql, level: number): Promise<string> => {
  const first = levels.slice(0, level - 1).reduce((sum, size) => sum + size, 1);
  const last = first + (levels[level - 1] ?? 0) - 1;
  return one(
    sql,
    `with recursive below (top, id) as (
      select id, id from t_bench."user" where id between $1 and $2
      union all select b.top, u.id from below b join t_bench."user" u on u.manager_id = b.id)
    select (array_agg(top order by n, top))[(count(*) + 1) / 2]::text as found from (select top, count(*) as n from below group by top) c`,
    [personId(first), personId(last)],
  );
};

const repWith200 = (sql: Sql): Promise<string> =>
  one(
    sql,
    `select d.owner_id::text as found from t_bench.deal d join t_bench."user" u on u.id = d.owner_id
     where d.deleted_at is null and u.roles = '{rep}' and not exists (select from t_bench.user_group_member m where m.user_id = u.id)
     group by d.owner_id order by abs(count(*) - 200), d.owner_id limit 1`,
  );

/** Owns nothing, is in the group with whom one deal in 2,000 is shared by its text. */
async function searcher(sql: Sql): Promise<string> {
  const id = personId(people - 1);
  await sql('update t_bench.deal set owner_id = $2 where owner_id = $1', [id, personId(people - 2)]);
  await sql('update t_bench.user_group_member set user_id = $1 where id = (select id from t_bench.user_group_member where group_id = (select id from t_bench.user_group where code = $2) order by id limit 1)', [id, 'g3']);
  return id;
}

async function signedIn({ here, tenant }: Pick<AccessScene, 'here' | 'tenant'>, userId: string): Promise<Context> {
  const email = await one(here.sql, 'select email as found from t_bench."user" where id = $1', [userId]);
  const hash = await one(here.sql, 'select hash as found from t_bench._credential where user_id = $1', [tenant.administrator]);
  await here.sql('insert into t_bench._credential (user_id, email, hash) values ($1, $2, $3)', [userId, email, hash]);
  const info = { requestId: 'bench', languages: ['en'] };
  const { accessToken } = await here.engine.login({ tenant: tenant.name, email, password }, info);
  return here.engine.authenticate(accessToken, info);
}

export async function openAccessScene(): Promise<AccessScene> {
  const here = await testEngine();
  const tenant = await here.tenant('bench', [accessPack]);
  for (const statement of rowStatements(tenant.schema)) await here.sql(statement);
  const signIn = (userId: string): Promise<Context> => signedIn({ here, tenant }, userId);
  const readers = {
    administrator: tenant.context(),
    'mid-level manager': await signIn(await middleOf(here.sql, 3)),
    'team lead': await signIn(await middleOf(here.sql, 5)),
    'top manager': await signIn(personId(1)),
    'rep with 200': await signIn(await repWith200(here.sql)),
    'rep with none': await signIn(personId(people)),
    'rep by rare text': await signIn(await searcher(here.sql)),
  };
  await here.sql('vacuum analyze');
  return { here, tenant, readers, close: () => here.close() };
}
