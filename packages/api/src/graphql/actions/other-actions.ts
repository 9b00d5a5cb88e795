// What somebody starts, and one's own notifications.
import { GraphQLID, GraphQLInt, GraphQLString } from 'graphql';
import { inputsOf } from '../../rest/automations.ts';
import { JsonScalar } from '../schema/scalars.ts';
import { aboutRecord, needed, outcome, type Action } from './action.ts';
import { recordOf } from './record-actions.ts';

const started: Action['type'] = (b) =>
  outcome(b, 'AutomationStarted', () => ({ run: { type: GraphQLID, description: 'Null where it had nothing to do.' } }));

const button = {
  automation: { type: needed(GraphQLString) },
  inputs: { type: JsonScalar, description: 'By name, as fields of their types take them.' },
};

export const otherActions: readonly Action[] = [
  {
    name: 'pressButton',
    description: 'Presses a button of a record: its automation is done soon after.',
    args: () => ({ ...aboutRecord(GraphQLString), ...button }),
    type: started,
    run: ({ engine, context }, given) =>
      engine.run('automations.start', context, {
        ...recordOf(given),
        automation: given.requiredText('automation'),
        ...inputsOf(given),
      }),
  },
  {
    name: 'startAutomation',
    description: 'Presses a button that is about no record.',
    args: () => button,
    type: started,
    run: ({ engine, context }, given) =>
      engine.run('automations.start', context, { automation: given.requiredText('automation'), ...inputsOf(given) }),
  },
  {
    name: 'readNotifications',
    description: 'Marks all of one’s own notifications as read.',
    args: (b) => (b.model.objects['notification'] === undefined ? undefined : {}),
    type: (b) => outcome(b, 'ReadNotifications', () => ({ marked: { type: needed(GraphQLInt) } })),
    run: ({ engine, context }) => engine.run('notifications.readAll', context, {}),
  },
];
