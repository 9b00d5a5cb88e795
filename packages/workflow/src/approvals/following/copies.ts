// Those who are told by `notify` steps: whom a step means, and what its template says to them.
import type { NotifyStepModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { tell, type Message } from '../../notifications/tell.ts';
import { LiveFacts } from '../driving/facts.ts';
import type { Happened } from '../driving/happened.ts';
import { stepAt } from '../process-steps.ts';

/** What a step has to tell of one approval. */
export interface Copy {
  readonly happened: Happened;
  readonly step: NotifyStepModel;
  readonly people: readonly string[];
  /** The record that fills the template; null: none. */
  readonly about: string | null;
}

/** What the steps that were passed say, each for all its approvals together. */
export async function copiesOf(session: WriteSession, happened: readonly Happened[]): Promise<readonly Copy[]> {
  const due = happened.flatMap((one) =>
    one.effects.flatMap((effect) => {
      const step = effect.kind === 'notify' ? stepAt(one.process, effect.path) : undefined;
      return step?.type === 'notify' ? [{ happened: one, step }] : [];
    }),
  );
  if (due.length === 0) return [];
  const facts = new LiveFacts(session);
  const copies: Copy[] = [];
  for (const [step, some] of Map.groupBy(due, (each) => each.step)) {
    const askers = some.map(({ happened: { process, subject, after } }) => ({ process, subject, chosen: after.chosen }));
    const found = await facts.told(askers, step);
    for (const [i, { happened: one }] of some.entries()) {
      const told = found[i];
      if (told !== undefined)
        copies.push({ happened: one, step, people: told.people, about: typeof told.about === 'string' ? told.about : null });
    }
  }
  return copies;
}

/** @param isTold whether somebody is told of the same advance already */
export async function tellCopies(
  session: WriteSession,
  copies: readonly Copy[],
  isTold: (happened: Happened, user: string) => boolean,
): Promise<void> {
  for (const [step, some] of Map.groupBy(copies, (copy) => copy.step)) {
    const template = session.model.templates[step.template];
    // It may be gone since the approval began.
    if (template === undefined) continue;
    const messages = some.flatMap(({ happened, people, about }) => {
      const { id } = happened.approval;
      const visit = String(happened.after.version);
      const users = people.filter((user) => !isTold(happened, user));
      return users.map((user): Message => ({ key: `approval/${id}/${visit}/${step.path}/${user}`, user, about, runId: null }));
    });
    await tell(session, { template, channels: step.channels, messages });
  }
}
