// What must be true by now: of records, of how many there are, of what people were told and what went out.
import type { ScenarioCountJson, ScenarioExpectationJson, ScenarioNotificationJson, ScenarioMessageJson } from '@tessera/metadata';
import { people } from '../given-values.ts';
import { isLike, type Mismatch } from './compare.ts';
import type { Play } from './play.ts';
import { entriesOf } from './read.ts';
import { expectRecord } from './records.ts';
import type { SentEffect } from './sandbox.ts';

async function count(play: Play, name: string, { object, where, as, is }: ScenarioCountJson): Promise<readonly Mismatch[]> {
  const found = await (await play.as(as)).count({ object, ...(where === undefined ? {} : { where: play.rule(where) }) });
  return found === is ? [] : [{ what: `number of ${name}`, expected: is, found }];
}

/** As often as is said; where nothing is said, at least once. */
const often = (is: number | undefined, found: number): boolean => (is === undefined ? found > 0 : found === is);
const oftenText = (is: number | undefined): string => (is === undefined ? 'at least one' : String(is));

const notification = 'notification';

async function told(play: Play, name: string, expected: ScenarioNotificationJson): Promise<readonly Mismatch[]> {
  const { to, about, contains, is } = expected;
  const where = { '==': [{ var: 'receiver' }, play.person(to)] };
  const all = await (await play.as(undefined)).list({ object: notification, where }, ['name', 'body', 'aboutId']);
  const meant = all.filter((each) => {
    const text = [each['name'], each['body']].filter((part) => typeof part === 'string').join('\n');
    return (about === undefined || each['aboutId'] === play.record(about).id) && (contains === undefined || text.includes(contains));
  });
  if (often(is, meant.length)) return [];
  const subjects = all.map((each) => String(each['name']));
  return [
    {
      what: `notification ${name} to ${to}`,
      expected: oftenText(is),
      found: `${String(meant.length)}; ${to} was told ${JSON.stringify(subjects)}`,
    },
  ];
}

const bodyOf = ({ content }: SentEffect): unknown => {
  const body = typeof content === 'object' && content !== null && 'body' in content ? content.body : undefined;
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
};

/** A mail's subject and text, a webhook's body. */
function textOf({ kind, content }: SentEffect): string {
  const { subject = '', text = '', body = '' } = content as Readonly<Record<'subject' | 'text' | 'body', string | undefined>>;
  return kind === 'mail' ? `${subject}\n${text}` : body;
}

async function addressOf(play: Play, person: string): Promise<unknown> {
  const found = await (await play.as(undefined)).read({ object: people, id: play.person(person) }, ['email']);
  return found?.['email'];
}

async function sent(play: Play, name: string, expected: ScenarioMessageJson): Promise<readonly Mismatch[]> {
  const { kind, to, address, about, contains, body, is } = expected;
  const receiver = to === undefined ? undefined : await addressOf(play, to);
  const all = (await play.sandbox.effects()).filter((each) => each.kind === kind);
  const meant = all.filter((each) => {
    if (receiver !== undefined && each.address !== receiver) return false;
    if (address !== undefined && !each.address.startsWith(address)) return false;
    if (about !== undefined && each.recordId !== play.record(about).id) return false;
    if (contains !== undefined && !textOf(each).includes(contains)) return false;
    return body === undefined || isLike(play.rule(body), bodyOf(each));
  });
  if (often(is, meant.length)) return [];
  const others = all.map((each) => `${each.address} ${textOf(each).split('\n')[0] ?? ''}`);
  return [{ what: `${kind} ${name}`, expected: oftenText(is), found: `${String(meant.length)}; there went ${JSON.stringify(others)}` }];
}

/** All that is wrong at once. */
export async function expectAll(play: Play, step: ScenarioExpectationJson): Promise<readonly Mismatch[]> {
  const found: Mismatch[] = [];
  for (const [name, expected] of entriesOf(step.records)) found.push(...(await expectRecord(play, name, expected)));
  for (const [name, expected] of entriesOf(step.counts)) found.push(...(await count(play, name, expected)));
  for (const [name, expected] of entriesOf(step.notifications)) found.push(...(await told(play, name, expected)));
  for (const [name, expected] of entriesOf(step.sent)) found.push(...(await sent(play, name, expected)));
  return found;
}
