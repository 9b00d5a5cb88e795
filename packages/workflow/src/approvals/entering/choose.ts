// Which approval process a write enters: of the active ones of the object, in their order, the first whose entry holds.
import type { ApprovalEvent, ApprovalProcessModel, Model, ObjectModel } from '@tessera/metadata';
import { asCaller, fetchFacts, noFacts, recordEnvironment, type RecordChanged, type WriteSession } from '@tessera/records';

/** The order in which processes are asked. */
const byPriority = (a: ApprovalProcessModel, b: ApprovalProcessModel): number => a.priority - b.priority || (a.name < b.name ? -1 : 1);

/** The processes of an object that something of this kind enters, the first to be asked first. */
export const processesFor = ({ approvalProcesses }: Model, { name }: ObjectModel, event: ApprovalEvent): readonly ApprovalProcessModel[] =>
  Object.values(approvalProcesses)
    .filter(({ object, on }) => object === name && on.includes(event))
    .sort(byPriority);

/** By id, the process that each record enters: the first whose entry holds. */
export async function firstEntered(
  session: WriteSession,
  object: ObjectModel,
  processes: readonly ApprovalProcessModel[],
  records: readonly RecordChanged[],
): Promise<ReadonlyMap<string, ApprovalProcessModel>> {
  const takes = await entriesOf(session, object, processes, records);
  return new Map(
    records.flatMap(({ id }, i) => {
      const found = processes.find((process) => takes[i]?.(process));
      return found === undefined ? [] : [[id, found] as const];
    }),
  );
}

/** The processes that a record could enter, in their order. */
export async function allEntered(
  session: WriteSession,
  object: ObjectModel,
  processes: readonly ApprovalProcessModel[],
  record: RecordChanged,
): Promise<readonly ApprovalProcessModel[]> {
  const [takes] = await entriesOf(session, object, processes, [record]);
  return processes.filter((process) => takes?.(process));
}

/**
 * For each record, whether the entry of a process holds. The entries of all processes are worked out for all records together, by one
 * statement at most: over the record as it would be, with `$old` as it is, whatever of it the session's person may read.
 */
async function entriesOf(
  given: WriteSession,
  object: ObjectModel,
  processes: readonly ApprovalProcessModel[],
  records: readonly RecordChanged[],
): Promise<readonly ((process: ApprovalProcessModel) => boolean)[]> {
  if (processes.length === 0 || records.length === 0) return [];
  // Rules that ask for roles mean those of whoever asked for the write.
  const session = asCaller(given);
  const facts = await fetchFacts(
    session,
    object,
    processes.flatMap(({ entry }) => entry ?? []),
    records.map(({ old, values }) => ({ record: values, old })),
    `enter ${processes.map(({ name }) => name).join(' ')}`,
  );
  return records.map(({ old, values }, i) => {
    const environment = recordEnvironment(session, { object, record: values, old, facts: facts[i] ?? noFacts });
    return ({ entry }) => entry === undefined || session.rules.evaluate(entry, environment) === true;
  });
}
