// A root field that is an action: what is run for it, and how what that gives looks in the answer.
import type { RootRequest, SelectionRequest } from '@tessera/engine';
import { getNamedType, getNullableType, isInputObjectType, isListType, isObjectType, type GraphQLOutputType } from 'graphql';
import { Members } from '../../rest/body.ts';
import { actionNamed } from '../actions/table.ts';
import type { Action, Asker } from '../actions/action.ts';
import { fieldMeaning } from '../schema/meaning.ts';
import { objectText } from './json-text.ts';
import { recordSelections } from './records.ts';
import type { Picked, Translation } from './translation.ts';

/** Gives the JSON text of a record that is shown at a place, by its root in a read. */
type Show = (root: () => RootRequest, name: string) => string;
type Render = (value: unknown, show: Show) => string;

export interface ActionPlan {
  readonly as: string;
  readonly absent: NonNullable<Action['absent']>;
  readonly run: (asker: Asker) => Promise<unknown>;
  /** The field's value as JSON text. */
  readonly render: Render;
}

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

/** A record that the value names. Where its object is known beforehand, what is asked of it is checked before the action is run. */
function shownOf(t: Translation, picked: Picked, object: string | undefined, from: string): Render {
  const asked = new Map<string, readonly SelectionRequest[]>();
  const selectionsOf = (named: string): readonly SelectionRequest[] => {
    const selections = asked.get(named) ?? recordSelections(t, named, picked);
    asked.set(named, selections);
    return selections;
  };
  if (object !== undefined) selectionsOf(object);
  return (value, show) => {
    const [id, named] = [property(value, from), object ?? property(value, 'object')];
    if (typeof id !== 'string' || typeof named !== 'string' || !Object.hasOwn(t.model.objects, named)) return 'null';
    const as = `${picked.at} ${named} ${id}`;
    return show(() => ({ kind: 'record', as, object: named, by: { id }, selections: selectionsOf(named), at: picked.at }), as);
  };
}

function partOf(t: Translation, typename: string, part: Picked): Render {
  const { definition } = part;
  if (definition === undefined) return () => JSON.stringify(typename);
  const meaning = fieldMeaning(definition);
  if (meaning?.kind === 'shown') return shownOf(t, part, meaning.object, meaning.from);
  const name = meaning?.kind === 'part' ? meaning.from : part.name;
  const render = valueOf(t, definition.type, part);
  return (value, show) => render(property(value, name), show);
}

function valueOf(t: Translation, type: GraphQLOutputType, picked: Picked): Render {
  const inner = getNullableType(type);
  if (isListType(inner)) {
    const one = valueOf(t, inner.ofType, picked);
    return (value, show) => (Array.isArray(value) ? `[${value.map((each) => one(each, show)).join(',')}]` : 'null');
  }
  if (!isObjectType(inner)) return (value) => JSON.stringify(value ?? null);
  const parts = t.pick(inner, picked.sets, picked.at).map((part) => [part.as, partOf(t, inner.name, part)] as const);
  return (value, show) =>
    value === undefined || value === null ? 'null' : objectText(parts.map(([as, render]) => [as, render(value, show)]));
}

type Values = Readonly<Record<string, unknown>>;

/** Null says nothing, but within JSON. */
const said = (values: Values): Values => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

/** What was given, in the form of a JSON body. */
function membersOf({ arguments: given, definition }: Picked): Members {
  const typed = new Set(definition?.args.flatMap(({ name, type }) => (isInputObjectType(getNamedType(type)) ? [name] : [])));
  const values = Object.entries(said(given)).map(([name, value]) => {
    return [name, typed.has(name) && Array.isArray(value) ? value.map((each: unknown) => said(each as Values)) : value] as const;
  });
  return new Members(
    Object.fromEntries(values),
    '',
    values.map(([name]) => name),
  );
}

export function actionPlan(t: Translation, picked: Picked, name: string): ActionPlan {
  const { run, absent = [] } = actionNamed(name);
  if (picked.definition === undefined) throw new TypeError('An action is a field.');
  const render = valueOf(t, picked.definition.type, picked);
  const given = membersOf(picked);
  return { as: picked.as, absent, run: (asker) => run(asker, given), render };
}
