// What the histories that the platform keeps tell of having been reached: stages, thresholds of clocks, approvals.
import type { Model } from '@tessera/metadata';
import type { Player, Reached, Values } from './sandbox.ts';

/** What an object's records tell, where there is such an object. */
async function rows(platform: Player, model: Model, object: string, fields: readonly string[]): Promise<readonly Values[]> {
  return model.objects[object] === undefined ? [] : platform.list({ object }, fields);
}

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

async function stages(platform: Player, model: Model): Promise<readonly Reached[]> {
  const objects = new Map(Object.values(model.stageFlows).map(({ object, history }) => [object, history]));
  const found: Reached[] = [];
  for (const [object, history] of objects) {
    for (const { field, from, to } of await rows(platform, model, history, ['field', 'from', 'to'])) {
      const flow = `${object}.${String(field)}`;
      found.push(`stage ${flow} ${String(to)}`, `move ${flow} ${String(from)} ${String(to)}`);
    }
  }
  return found;
}

async function thresholds(platform: Player, model: Model): Promise<readonly Reached[]> {
  const found: Reached[] = [];
  for (const history of new Set(Object.values(model.clocks).map((clock) => clock.history))) {
    for (const { clock, fired } of await rows(platform, model, history, ['clock', 'fired']))
      for (const threshold of isMap(fired) ? Object.keys(fired) : []) found.push(`threshold ${String(clock)}/${threshold}`);
  }
  return found;
}

/** The object in which approvals of an object's records are kept; undefined where there are none. */
export const approvalsOf = ({ objects }: Model, object: string): string | undefined =>
  Object.values(objects).find(
    ({ keptOf, fields }) => keptOf === object && Object.hasOwn(fields, 'process') && Object.hasOwn(fields, 'submitter'),
  )?.name;

async function approvals(platform: Player, model: Model): Promise<readonly Reached[]> {
  const tasks = await rows(platform, model, 'approvalTask', ['process', 'step']);
  const steps = tasks.flatMap(({ process, step }) => [
    `approvalProcess ${String(process)}`,
    ...(typeof step === 'string' ? [`approvalStep ${String(process)}/${step}`] : []),
  ]);
  const begun: Reached[] = [];
  for (const object of new Set(Object.values(model.approvalProcesses).map((each) => each.object))) {
    const history = await rows(platform, model, approvalsOf(model, object) ?? '', ['process']);
    begun.push(...history.map(({ process }) => `approvalProcess ${String(process)}`));
  }
  return [...steps, ...begun];
}

export async function keptReached(platform: Player, model: Model): Promise<readonly Reached[]> {
  return [...(await stages(platform, model)), ...(await thresholds(platform, model)), ...(await approvals(platform, model))];
}
