// The automations of each object in the order in which a write runs them, by moment: what a change of the metadata makes of it.
import { byOrder, type AutomationModel, type Model, type Moment } from '@tessera/metadata';

export interface AutomationOrder {
  readonly object: string;
  readonly moment: Moment;
  /** Names, in their order. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const moments: readonly Moment[] = ['beforeSave', 'afterSave', 'afterCommit'];

const isAt = ({ object, trigger }: AutomationModel, wanted: string, moment: Moment): boolean =>
  object === wanted && trigger.type === 'record' && trigger.moment === moment;

const namesAt = (model: Model | undefined, object: string, moment: Moment): readonly string[] =>
  Object.values(model?.automations ?? {})
    .filter((automation) => isAt(automation, object, moment))
    .sort(byOrder)
    .map(({ name }) => name);

/** Of the objects and moments where it changes. */
export function automationOrders(before: Model | undefined, after: Model): readonly AutomationOrder[] {
  const all = [...Object.values(before?.automations ?? {}), ...Object.values(after.automations)];
  const objects = [...new Set(all.flatMap(({ object }) => object ?? []))].sort();
  return objects.flatMap((object) =>
    moments.flatMap((moment) => {
      const [was, is] = [namesAt(before, object, moment), namesAt(after, object, moment)];
      return was.join() === is.join() ? [] : [{ object, moment, before: was, after: is }];
    }),
  );
}
