// What is done with records beside writing them: pools, conversions, merges.
import type { ObjectModel } from '@tessera/metadata';
import { GraphQLBoolean, GraphQLID, GraphQLInputObjectType, GraphQLInt, GraphQLString, type GraphQLEnumType } from 'graphql';
import { mergeInput } from '../../rest/merging.ts';
import { convertInput, poolInput } from '../../rest/pools.ts';
import { recordNamed, type RecordAt } from '../../rest/record-reads.ts';
import type { Members } from '../../rest/body.ts';
import type { SchemaBuilder } from '../schema/builder.ts';
import { recordVersion, version } from '../schema/inputs.ts';
import { JsonScalar } from '../schema/scalars.ts';
import {
  aboutRecord,
  listOf,
  listOrNull,
  needed,
  objectsWith,
  outcome,
  person,
  shownRecord,
  type Action,
  type OutcomeFields,
} from './action.ts';

export const recordOf = (given: Members): RecordAt => recordNamed(given.requiredText('object'), given.requiredText('id'));

const updates = ({ allows, appendOnly }: ObjectModel): boolean => allows?.update !== false && !appendOnly;
const deletes = ({ allows, appendOnly, name }: ObjectModel): boolean => allows?.delete !== false && !appendOnly && name !== 'user';

const pooled = (b: SchemaBuilder): GraphQLEnumType | undefined =>
  objectsWith(b, 'PooledObject', (object) => updates(object) && object.fields['pooledAt'] !== undefined);

const convertible = (b: SchemaBuilder): GraphQLEnumType | undefined =>
  objectsWith(
    b,
    'ConvertibleObject',
    (object) => updates(object) && Object.values(b.model.conversions).some((each) => each.object === object.name),
  );

const mergeable = (b: SchemaBuilder): GraphQLEnumType | undefined =>
  objectsWith(b, 'MergeableObject', (object) => updates(object) && deletes(object));

const undoable = (b: SchemaBuilder): GraphQLEnumType | undefined =>
  objectsWith(b, 'MergedObject', (object) => updates(object) && deletes(object) && object.allows?.seeDeleted !== false);

/** An action on a record of some objects, with the arguments that it takes beside these. */
const about = (objects: typeof pooled, args: (b: SchemaBuilder) => ReturnType<Action['args']> = () => ({})): Action['args'] => {
  return (b) => {
    const object = objects(b);
    return object && { ...aboutRecord(object), ...args(b) };
  };
};

const note = { note: { type: GraphQLString, description: 'Kept with the change of owner.' } };

const ownerChange: Action['type'] = (b) =>
  outcome(b, 'OwnerChange', () => ({
    id: { type: needed(GraphQLID) },
    pool: { type: needed(GraphQLString) },
    ...person(b, 'owner', 'Whose it is now; null: it lies in the pool.'),
    decision: { type: JsonScalar, description: 'Who was found by an assignment rule, and why.' },
    ...shownRecord(b),
  }));

const poolAction = (
  name: string,
  action: Parameters<typeof poolInput>[0],
  description: string,
  args: ReturnType<Action['args']> = {},
): Action => ({
  name,
  description,
  args: about(pooled, () => ({ ...args, ...note })),
  type: ownerChange,
  run: async ({ engine, context }, given) => {
    const record = recordOf(given);
    return { ...(await engine.run('pools.change', context, poolInput(action, record, given))), object: record.object };
  },
});

const conversion: Action['type'] = (b) => {
  const ofTarget = (): OutcomeFields => ({
    target: { type: needed(GraphQLString) },
    object: { type: needed(GraphQLString) },
    id: { type: needed(GraphQLID) },
    outcome: { type: needed(GraphQLString), description: 'created, updated or kept' },
    ...shownRecord(b),
  });
  const ofChildren = (): OutcomeFields => ({
    target: { type: needed(GraphQLString) },
    children: { type: needed(GraphQLString) },
    object: { type: needed(GraphQLString) },
    outcome: { type: needed(GraphQLString), description: 'created or moved' },
    ids: { type: listOf(GraphQLID) },
  });
  const ofAttached = (): OutcomeFields => ({
    object: { type: needed(GraphQLString) },
    field: { type: needed(GraphQLString) },
    count: { type: needed(GraphQLInt) },
  });
  return outcome(b, 'ConversionOutcome', () => ({
    targets: { type: listOf(outcome(b, 'ConvertedTarget', ofTarget)) },
    children: { type: listOf(outcome(b, 'ConvertedChildren', ofChildren)) },
    attached: {
      type: listOf(outcome(b, 'ConvertedAttachment', ofAttached)),
      description: 'What hung on the record, and hangs on one of the others.',
    },
  }));
};

const mergeChoice = (b: SchemaBuilder): GraphQLInputObjectType =>
  b.type('mergeChoice', 'MergeChoice', (name) => {
    const description = 'Whose value of a field is kept.';
    const fields = { field: { type: needed(GraphQLString) }, from: { type: needed(GraphQLID), description: 'One of the records.' } };
    return new GraphQLInputObjectType({ name, description, fields });
  });

const recordRef = (b: SchemaBuilder, wanted: string, more: OutcomeFields = {}): ReturnType<typeof outcome> =>
  outcome(b, wanted, () => ({ object: { type: needed(GraphQLString) }, id: { type: needed(GraphQLID) }, ...more }));

const merge: Action['type'] = (b) =>
  outcome(b, 'MergeOutcome', () => ({
    merge: { type: needed(GraphQLID), description: 'By which it is undone.' },
    id: { type: needed(GraphQLID) },
    version: { type: needed(GraphQLInt) },
    left: {
      type: listOf(recordRef(b, 'LeftRecord')),
      description: 'What stays with the records that went: the other has its like.',
    },
    ...shownRecord(b),
  }));

const undone: Action['type'] = (b) =>
  outcome(b, 'UndoneMerge', () => ({
    id: { type: needed(GraphQLID) },
    version: { type: needed(GraphQLInt) },
    restored: { type: listOf(GraphQLID), description: 'Records that are there again.' },
    gone: { type: listOf(GraphQLID), description: 'Records that are not: they were deleted for good.' },
    kept: {
      type: listOf(recordRef(b, 'KeptField', { field: { type: needed(GraphQLString) } })),
      description: 'What has been changed since, and stays as it is.',
    },
    ...shownRecord(b),
  }));

export const recordActions: readonly Action[] = [
  poolAction('claimRecord', 'claim', 'Claims a record from its pool: for its members, within its limits.'),
  poolAction('returnRecord', 'return', 'Gives a record back to its pool: for its owner and the pool’s administrators.', {
    reason: { type: GraphQLString, description: 'One of the pool’s reasons, where it has any.' },
  }),
  poolAction('assignRecord', 'assign', 'Gives a record to a member of its pool: for the pool’s administrators.', {
    to: { type: GraphQLID, description: 'A user; without one the pool’s assignment rule decides.' },
  }),
  poolAction('transferRecord', 'transfer', 'Hands a record on, to another member or into another pool.', {
    to: { type: GraphQLID, description: 'A user: a member of the pool.' },
    pool: { type: GraphQLString, description: 'Another pool of the object, instead.' },
  }),
  {
    name: 'convertRecord',
    description: 'Makes others of a record, all of it or nothing.',
    args: about(convertible, () => ({
      conversion: { type: needed(GraphQLString) },
      dryRun: { type: GraphQLBoolean, description: 'Do all of it and take it back.' },
      allowDuplicates: { type: GraphQLBoolean, description: 'Where duplicate rules warn.' },
    })),
    type: conversion,
    run: ({ engine, context }, given) =>
      engine.run('conversions.run', context, convertInput(recordOf(given), given.requiredText('conversion'), given)),
  },
  {
    name: 'mergeRecords',
    description: 'Makes one record of up to five, which is the one of `id`.',
    args: about(mergeable, (b) => ({
      version,
      others: { type: listOf(recordVersion(b)) },
      fields: { type: listOrNull(mergeChoice(b)), description: 'Others than these keep the value of the record that stays.' },
    })),
    type: merge,
    run: async ({ engine, context }, given) => {
      const record = recordOf(given);
      const choices = (given.list('fields') ?? []) as readonly { readonly field: string; readonly from: string }[];
      const fields = Object.fromEntries(choices.map(({ field, from }) => [field, from]));
      return { ...(await engine.run('records.merge', context, mergeInput(record, given, fields))), object: record.object };
    },
  },
  {
    name: 'undoMerge',
    description: 'Takes a merge back, as far as what it made is still there.',
    args: about(undoable, () => ({ merge: { type: needed(GraphQLID) } })),
    type: undone,
    run: async ({ engine, context }, given) => {
      const record = recordOf(given);
      const input = { ...record, merge: given.requiredText('merge') };
      return { ...(await engine.run('records.undoMerge', context, input)), object: record.object };
    },
  },
];
