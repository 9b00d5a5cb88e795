// What the descriptions and the GraphQL schema tell a person that there is.
import type { DescribeAsk } from './asks.ts';
import { difference } from './expectations.ts';
import { restRequest, typeOf } from './requests.ts';
import { isNamed } from './shapes.ts';
import { codesOf, send, type Session } from './trial.ts';

interface Named {
  readonly name: string;
}

const names = (all: readonly Named[] | undefined): readonly string[] => (all ?? []).map(({ name }) => name).sort();

async function objects(session: Session): Promise<string | undefined> {
  const { who } = session;
  const answer = await send(session, restRequest({ kind: 'objects' }));
  const expected = Object.keys(who.world.shapes).filter((name) => who.rights.readable(name));
  return difference(expected.sort(), names(answer.json['objects'] as readonly Named[]));
}

async function describe(session: Session, object: string): Promise<string | undefined> {
  const { rights, world } = session.who;
  const answer = await send(session, restRequest({ kind: 'describe', object }));
  if (codesOf(answer).length > 0) return `refused: ${answer.text}`;
  const shape = world.shapes[object];
  const known = Object.values(shape?.fields ?? {}).filter(({ asked }) => asked !== 'unknown');
  const fields = known.map(({ name }) => name).filter((name) => rights.shows(object, name) !== undefined);
  const isUnknown = (name: string): boolean => shape?.fields[name]?.asked === 'unknown';
  const relations = Object.keys(shape?.relations ?? {}).filter((name) => rights.relates(object, name));
  return (
    difference(
      fields.sort(),
      names(answer.json['fields'] as readonly Named[]).filter((name) => !isUnknown(name)),
      '/fields',
    ) ?? difference(relations.sort(), names(answer.json['relations'] as readonly Named[]), '/relations')
  );
}

interface Introspected {
  readonly data: {
    readonly q: { readonly fields: readonly Named[] };
    readonly record: { readonly fields: readonly Named[] } | null;
    readonly filter: { readonly inputFields: readonly Named[] } | null;
  };
}

/** A selection's names of a field: a lookup is an id, and a record where one of its targets may be read. */
function selectable({ who }: Session, object: string, name: string): readonly string[] {
  const field = who.world.shapes[object]?.fields[name];
  const shown = who.rights.shows(object, name);
  if (field === undefined || shown === undefined) return [];
  if (field.kind !== 'reference' || field.type === 'id' || !field.stored) return [name];
  return [`${name}${field.to.length > 1 ? 'Ref' : 'Id'}`, ...(field.to.some((target) => who.rights.readable(target)) ? [name] : [])];
}

async function introspect(session: Session, object: string): Promise<string | undefined> {
  const { rights, world } = session.who;
  const answer = await send(session, restRequest({ kind: 'introspect', object }));
  if (codesOf(answer).length > 0) return `refused: ${answer.text}`;
  const { q, record, filter } = (answer.json as unknown as Introspected).data;
  const roots = new Set(names(q.fields));
  for (const shape of Object.values(world.shapes)) {
    if (roots.has(shape.plural) !== rights.readable(shape.name))
      return `Query.${shape.plural}: ${roots.has(shape.plural) ? 'is' : 'is not'} there`;
  }
  const shape = world.shapes[object];
  const named =
    shape === undefined ? [] : Object.values(shape.fields).filter((field) => field.asked !== 'unknown' && isNamed(field, shape));
  const fields = named.filter(({ kind, name }) => kind !== 'secret' || rights.shows(object, name) === undefined);
  const relations = Object.keys(shape?.relations ?? {}).filter((name) => rights.relates(object, name));
  const expected = new Set([
    'nodeId',
    ...fields.flatMap(({ name }) => selectable(session, object, name)),
    ...relations.flatMap((name) => [name, `${name}Aggregate`]),
  ]);
  // Whether a masked secret is among them, the page leaves open.
  const given = names(record?.fields).filter((name) => shape?.fields[name]?.kind !== 'secret' && shape?.fields[name]?.asked !== 'unknown');
  const filters = new Set(names(filter?.inputFields));
  const wrong = fields.find(({ name, kind, to, type, stored, asked }) => {
    if (kind === 'list' || asked !== 'everywhere') return false;
    const called = kind === 'reference' && type !== 'id' && stored && to.length > 0 ? `${name}Id` : name;
    return filters.has(called) !== rights.reads(object, name);
  });
  return (
    difference([...expected].sort(), given, `/${typeOf(object)}`) ??
    (wrong === undefined ? undefined : `${typeOf(object)}Filter.${wrong.name} ${filters.has(wrong.name) ? 'is' : 'is not'} there`)
  );
}

export function schemaDifference(session: Session, ask: DescribeAsk): Promise<string | undefined> {
  if (ask.kind === 'objects') return objects(session);
  return ask.kind === 'describe' ? describe(session, ask.object) : introspect(session, ask.object);
}
