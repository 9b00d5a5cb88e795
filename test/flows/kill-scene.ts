// A node that is killed at random moments of its work, over and over, and what must hold of the database whenever it was.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { unpackChanges } from '@tessera/storage';
import pg from 'pg';
import type { Answer, HttpClient } from '../support/http-client.ts';
import type { Random } from '../support/random.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { openNodes, type Nodes } from './nodes-scene.ts';

/** How a request ended whose node was killed meanwhile. */
export interface Outcome {
  /** Undefined where the caller never heard of it. */
  readonly answer: Answer | undefined;
}

export interface KillScene {
  readonly nodes: Nodes;
  /** The caller at the node that lives now. */
  readonly caller: HttpClient;
  /** Requests that were cut off, and those that were answered before the kill. */
  readonly tally: { cut: number; answered: number };
  /**
   * Sends a request, kills the node at a random moment of the time that such a request takes, and starts another node.
   * Throws where the request was refused, with what the node logged.
   */
  killDuring(kind: string, send: (caller: HttpClient) => Promise<Answer>): Promise<Outcome>;
  /** Whatever the outbox has told of records of an object, as `id version`, sorted; waits until it is empty. */
  told(object: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** No backend of a killed node works on: PostgreSQL notices a dead client only when it next talks to it. */
async function backendsGone(nodes: Nodes): Promise<void> {
  const others = "select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name like 'tessera%'";
  for (let waited = 0; Number((await nodes.sql(others))[0]?.['n']) > 0; waited += 5) {
    if (waited > 30_000) throw new Error('The killed node is still connected.');
    await sleep(5);
  }
}

export async function openKillScene(chance: Random): Promise<KillScene> {
  const nodes = await openNodes();
  const heard = new Map<string, string[]>();
  const listener = new pg.Client({ connectionString: nodes.databaseUrl, application_name: 'test support' });
  await listener.connect();
  listener.on('notification', ({ payload = '' }) => {
    for (const { object, id, version } of unpackChanges(payload)) {
      const of = heard.get(object) ?? [];
      of.push(`${id} ${String(version)}`);
      heard.set(object, of);
    }
  });
  await listener.query('listen tessera_events');
  let server: ServerProcess = await nodes.start();
  let caller = await nodes.signIn(server);
  /** Milliseconds that a request of a kind took. */
  const takes = new Map<string, number>();
  const tally = { cut: 0, answered: 0 };

  return {
    nodes,
    tally,
    get caller() {
      return caller;
    },
    killDuring: async (kind, send) => {
      const began = performance.now();
      let took: number | undefined;
      const sent = send(caller).then(
        (answer): Outcome => {
          took = performance.now() - began;
          return { answer };
        },
        (): Outcome => ({ answer: undefined }),
      );
      // The first of a kind is let through, to know how long it takes; whatever is answered before its kill tells it better.
      const usual = takes.get(kind);
      if (usual === undefined) await sent;
      else await sleep((usual * chance.below(1000)) / 950);
      if (took !== undefined) takes.set(kind, took);
      await server.kill();
      const outcome = await sent;
      const { answer } = outcome;
      if (answer !== undefined && answer.status !== 200)
        throw new Error(
          `${kind} was answered with ${String(answer.status)}: ${answer.text.slice(0, 2_000)}\nThe node's log:\n${server.log}`,
        );
      tally[outcome.answer === undefined ? 'cut' : 'answered'] += 1;
      await backendsGone(nodes);
      server = await nodes.start();
      caller = caller.at(server.url);
      return outcome;
    },
    told: async (object) => {
      for (let waited = 0; waited < 30_000; waited += 10) {
        if ((await nodes.sql('select from tessera.outbox limit 1')).length === 0) break;
        await sleep(10);
      }
      // What was notified before the row was gone has been sent to us before this answer.
      await listener.query('select');
      return (heard.get(object) ?? []).sort();
    },
    close: async () => {
      await listener.end();
      await nodes.close();
    },
  };
}

/** Accounts whose stored roll-ups differ from what their opportunities come to. */
const wrongRollups = `
  select a.name, a.won_amount, s.* from t_acme.account a cross join lateral (
    select sum(o.amount) filter (where o.stage = 'won') as won, count(*) filter (where o.stage = 'won') as won_count,
      count(*) filter (where o.stage = 'lost') as lost_count, min(o.close_date) filter (where o.stage = 'won') as since
    from t_acme.opportunity o where o.account_id = a.id and o.deleted_at is null) s
  where (coalesce(a.won_amount, 0), a.won_count, a.lost_count, a.customer_since)
    is distinct from (coalesce(s.won, 0), s.won_count, s.lost_count, s.since) limit 3`;

/** Records whose history does not lead to what they are. */
const wrongHistory = `
  select o.id, o.version, h.* from t_acme.opportunity o cross join lateral (
    select count(*) filter (where h.change = 'created' and h.field is null) as made,
      (array_agg(h.new #>> '{}' order by h.id desc) filter (where h.field = 'amount'))[1] as amount,
      max(h.version) as version
    from t_acme._history h where h.object = 'opportunity' and h.record_id = o.id) h
  where h.made <> 1 or h.amount::numeric <> o.amount or h.version is distinct from o.version limit 3`;

const orphanedHistory = `
  select h.record_id from t_acme._history h
  where h.object = 'opportunity' and not exists (select from t_acme.opportunity o where o.id = h.record_id) limit 3`;

/** Roll-ups equal aggregates, history leads to the rows, and the outbox told of each version of each record once. */
export async function expectConsistent(scene: KillScene): Promise<void> {
  expect(await scene.nodes.sql(wrongRollups)).toEqual([]);
  expect(await scene.nodes.sql(wrongHistory)).toEqual([]);
  expect(await scene.nodes.sql(orphanedHistory)).toEqual([]);
  const written = await scene.nodes.sql(
    "select o.id || ' ' || v as line from t_acme.opportunity o cross join generate_series(1, o.version) v order by 1",
  );
  expect(await scene.told('opportunity')).toEqual(written.map(({ line }) => line).sort());
}
