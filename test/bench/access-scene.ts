// The access scene: 1,000 people in six levels, 200,000 private deals, ten sharing rules on them and 20,000 shares of single records.
import type { Context } from '@tessera/kernel';
import { password, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { accessPack } from './access-metadata.ts';
import { crowdStatements, levels, people, personId, rowStatements } from './access-rows.ts';

export interface AccessScene {
  readonly here: TestEngine;
  readonly tenant: TestTenant;
  /** Who reads, by what they are. */
  readonly readers: Readonly<Record<string, Context>>;
  /** How many live deals each of them sees. */
  seen(): Promise<Readonly<Record<string, string>>>;
  /** Somebody who has just been put above 10,000 more people, who own nothing. */
  chief(): Promise<Context>;
  close(): Promise<void>;
}

const one = async (here: TestEngine, text: string, values: readonly unknown[] = []): Promise<string> => {
  const [row] = await here.sql(text, values);
  const found = row?.['found'];
  if (typeof found !== 'string') throw new TypeError('The scene has nobody of this kind.');
  return found;
};

/** Somebody of a level with as many people below as most of the level have. */
const middleOf = (here: TestEngine, level: number): Promise<string> => {
  const first = levels.slice(0, level - 1).reduce((sum, size) => sum + size, 1);
  const last = first + (levels[level - 1] ?? 0) - 1;
  return one(
    here,
    `with recursive below (top, id) as (
      select id, id from t_bench."user" where id between $1 and $2
      union all select b.top, u.id from below b join t_bench."user" u on u.manager_id = b.id)
    select (array_agg(top order by n, top))[(count(*) + 1) / 2]::text as found from (select top, count(*) as n from below group by top) c`,
    [personId(first), personId(last)],
  );
};

const repWith200 = (here: TestEngine): Promise<string> =>
  one(
    here,
    `select d.owner_id::text as found from t_bench.deal d join t_bench."user" u on u.id = d.owner_id
     where d.deleted_at is null and u.roles = '{rep}' and not exists (select from t_bench.user_group_member m where m.user_id = u.id)
     group by d.owner_id order by abs(count(*) - 200), d.owner_id limit 1`,
  );

/** Owns nothing, is in the group with whom one deal in 2,000 is shared by its text. */
async function searcher(here: TestEngine): Promise<string> {
  const id = personId(people - 1);
  await here.sql('update t_bench.deal set owner_id = $2 where owner_id = $1', [id, personId(people - 2)]);
  await here.sql(
    'update t_bench.user_group_member set user_id = $1 where id = (select id from t_bench.user_group_member where group_id = (select id from t_bench.user_group where code = $2) order by id limit 1)',
    [id, 'g3'],
  );
  return id;
}

/** Owns next to nothing: sees by the sharing rules for a role, one of which follows a lookup. */
const financier = (here: TestEngine): Promise<string> =>
  one(here, `select id::text as found from t_bench."user" where roles = '{finance}' order by id desc limit 1`);

async function signedIn({ here, tenant }: Pick<AccessScene, 'here' | 'tenant'>, userId: string): Promise<Context> {
  const email = await one(here, 'select email as found from t_bench."user" where id = $1', [userId]);
  const hash = await one(here, 'select hash as found from t_bench._credential where user_id = $1', [tenant.administrator]);
  await here.sql('insert into t_bench._credential (user_id, email, hash) values ($1, $2, $3)', [userId, email, hash]);
  const info = { requestId: 'bench', languages: ['en'] };
  const { accessToken } = await here.engine.login({ tenant: tenant.name, email, password }, info);
  return here.engine.authenticate(accessToken, info);
}

async function seenBy({ here, readers }: Pick<AccessScene, 'here' | 'readers'>): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const [name, context] of Object.entries(readers)) {
    const parts = [{ kind: 'totalCount', as: 'count' }] as const;
    const text = await here.engine.run('records.read', context, { roots: [{ kind: 'list', as: 'list', object: 'deal', list: {}, parts }] });
    found[`deals seen, ${name}`] = String((JSON.parse(text) as { readonly list: { readonly count: unknown } }).list.count);
  }
  return found;
}

export async function openAccessScene(): Promise<AccessScene> {
  const here = await testEngine();
  const tenant = await here.tenant('bench', [accessPack]);
  for (const statement of rowStatements(tenant.schema)) await here.sql(statement);
  const signIn = (userId: string): Promise<Context> => signedIn({ here, tenant }, userId);
  const readers = {
    administrator: tenant.context(),
    'mid-level manager': await signIn(await middleOf(here, 3)),
    'team lead': await signIn(await middleOf(here, 5)),
    'top manager': await signIn(personId(1)),
    'rep with 200': await signIn(await repWith200(here)),
    'rep with none': await signIn(personId(people)),
    'rep by rare text': await signIn(await searcher(here)),
    'rule over a lookup': await signIn(await financier(here)),
  };
  await here.sql('vacuum analyze');
  return {
    here,
    tenant,
    readers,
    seen: () => seenBy({ here, readers }),
    chief: async () => {
      for (const statement of crowdStatements(tenant.schema, personId(2))) await here.sql(statement);
      return signIn(personId(2));
    },
    close: () => here.close(),
  };
}
