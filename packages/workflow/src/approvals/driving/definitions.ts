// Approval processes as approvals began with them.
import { problem, type TesseraError } from '@tessera/kernel';
import { resolveApprovalAgainst, type ApprovalProcessModel, type Model } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { ApprovalRow, Definition } from '@tessera/storage';
import { Definitions, type DefinitionKind } from '../../automations/definitions.ts';

/** What is kept of a process of the Model. */
export const definitionOf = ({ source }: Model, { name, hash }: ApprovalProcessModel): Definition => ({
  hash,
  kind: 'approvalProcess',
  name,
  content: JSON.stringify(source['approvalProcess']?.[name]),
});

const processKind: DefinitionKind<ApprovalProcessModel> = {
  present: ({ approvalProcesses }, name) => (Object.hasOwn(approvalProcesses, name) ? approvalProcesses[name] : undefined),
  resolve: (model, name, source) => {
    const { process, problems } = resolveApprovalAgainst(model, name, source);
    return { component: process, problems };
  },
  outdated: (process) => problem('APPROVAL_OUTDATED', { process }),
};

const definitionsOf = ({ target, model }: WriteSession): Definitions<ApprovalProcessModel> =>
  target.kept.keep(target, model, 'approval processes', () => new Definitions(processKind));

/** The process that an approval runs on; what no longer fits the Model is an error APPROVAL_OUTDATED, with all that is wrong. */
export const processOf = (
  session: WriteSession,
  { process, definition }: Pick<ApprovalRow, 'process' | 'definition'>,
): Promise<ApprovalProcessModel | TesseraError> => definitionsOf(session).get(session, { name: process, hash: definition });
