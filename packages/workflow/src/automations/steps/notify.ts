// notify: tells people by a template, in the app and by mail.
import { fail } from '@tessera/kernel';
import type { NotifyStepModel, TemplateModel } from '@tessera/metadata';
import { tell, type Message, type Untold } from '../../notifications/tell.ts';
import { resolvePeople, type LeftOut, type PeopleFound } from '../../people/index.ts';
import { countRecords } from '../limits.ts';
import type { Frame, StepDoer, StepResult, StepWork } from '../step-work.ts';

/** What the journal keeps. */
interface Outcome {
  readonly notified: readonly string[];
  readonly skipped: readonly { readonly user: string; readonly why: Untold | LeftOut['why'] }[];
}

function templateOf({ session: { model }, step }: StepWork<NotifyStepModel>): TemplateModel {
  const { template: name } = step;
  const template = Object.hasOwn(model.templates, name) ? model.templates[name] : undefined;
  if (template === undefined) throw fail('COMPONENT_UNKNOWN', { kind: 'template', name, known: '' });
  return template;
}

async function peopleOf(work: StepWork<NotifyStepModel>): Promise<readonly PeopleFound[]> {
  const { platform, step, frames } = work;
  const subjects = frames.map(({ records: [record], actor }) => ({ record, actor }));
  return resolvePeople(platform, { entries: step.to, subjects, evaluateAll: (rules) => work.evaluateAll(rules) });
}

/** The ids of the records that the messages are about. */
async function aboutOf(work: StepWork<NotifyStepModel>): Promise<readonly (string | null)[]> {
  const { about } = work.step;
  if (about === undefined) return work.frames.map(() => null);
  return (await work.evaluate(about)).map((id) => (typeof id === 'string' ? id : null));
}

function messagesOf({ key, runId }: Frame, { path }: NotifyStepModel, { people }: PeopleFound, about: string | null): readonly Message[] {
  return people.map(({ user }) => ({ key: `${key}/${path}/${user}`, user, about, runId: runId ?? null }));
}

function outcomeOf({ leftOut }: PeopleFound, messages: readonly Message[], untold: ReadonlyMap<string, Untold>): Outcome {
  const named = new Set(leftOut.map(({ user }) => user));
  return {
    notified: messages.filter(({ key }) => !untold.has(key)).map(({ user }) => user),
    skipped: [
      ...[...named].map((user) => ({ user, why: leftOut.find((each) => each.user === user)?.why ?? 'gone' })),
      ...messages.flatMap(({ key, user }) => {
        const why = untold.get(key);
        return why === undefined ? [] : [{ user, why }];
      }),
    ],
  };
}

export const notify: StepDoer<NotifyStepModel> = async (work) => {
  const { step, platform, frames } = work;
  const template = templateOf(work);
  const found = await peopleOf(work);
  const about = await aboutOf(work);
  const messages = frames.map((frame, i) => {
    const people = found[i];
    return people === undefined ? [] : messagesOf(frame, step, people, about[i] ?? null);
  });
  const all = messages.flat();
  if (step.channels.includes('inApp')) countRecords(platform, all.length);
  const untold = await tell(platform, { template, channels: step.channels, messages: all });
  const reasons = new Map(
    all.flatMap(({ key }, i) => {
      const why = untold[i];
      return why === undefined ? [] : [[key, why] as const];
    }),
  );
  return found.map((people, i): StepResult => ({ kind: 'done', outcome: outcomeOf(people, messages[i] ?? [], reasons) }));
};
