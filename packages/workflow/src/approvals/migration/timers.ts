// Timers by which tasks and time-outs follow approvals that have moved to a new version of their process.
import type { NewTimer } from '@tessera/storage';

export const movedKind = 'approvalMoved';

export interface MovedTimer {
  readonly process: string;
  readonly approvals: readonly string[];
}

export const movedTimer = (id: string, dueAt: string, content: MovedTimer): NewTimer => ({
  id,
  key: `${movedKind}/${content.process}/${content.approvals[0] ?? ''}`,
  kind: movedKind,
  dueAt,
  runId: null,
  object: null,
  recordId: null,
  content: JSON.stringify(content),
});
