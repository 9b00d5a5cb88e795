// The schemas of approval processes and their steps: what a file may say, and how a mistake reads.
import { describe, expect, it } from '@jest/globals';
import { fileOf } from '@tessera/metadata';
import { checkFile, type MetadataKind } from '../../packages/metadata/src/schema-check.ts';
import { asks, process } from './approval-kit.ts';
import type { Json } from './layer-kit.ts';

const found = (kind: MetadataKind, content: unknown): string[] =>
  checkFile(kind, content, 'x.json')
    .map(({ code, pointer }) => `${code} ${pointer ?? ''}`)
    .sort();
const message = (kind: MetadataKind, content: unknown): string =>
  checkFile(kind, content, 'x.json')
    .map((each) => each.message)
    .join('\n');
const whole = (change: Json): string[] => found('approvalProcess', process({ s: asks() }, change));
const step = (source: Json): string[] => found('approvalProcessStep', source);
const approval = (change: Json): string[] => step(asks(change));
const label = { en: 'A' };
const rule = { var: 'x' };

describe('the schema of an approval process', () => {
  it('has a folder of its own', () => {
    expect(fileOf('approvalProcesses/discount.json')).toEqual({ kind: 'approvalProcess', name: 'discount' });
  });

  it('asks for an object, what starts it, and steps', () => {
    expect(whole({})).toEqual([]);
    expect(found('approvalProcess', { name: 'p' })).toEqual(Array(3).fill('METADATA_MISSING_PROPERTY '));
    expect(whole({ on: [] })).toEqual(['METADATA_SCHEMA /on']);
    expect(whole({ on: ['save'], imports: 'ask', recall: 'always', repeated: 'ask' })).toEqual([
      'METADATA_VALUE_UNKNOWN /imports',
      'METADATA_VALUE_UNKNOWN /on/0',
      'METADATA_VALUE_UNKNOWN /recall',
      'METADATA_VALUE_UNKNOWN /repeated',
    ]);
    expect(message('approvalProcess', process({ s: asks() }, { onApprove: {} }))).toContain('Did you mean onApproved?');
  });

  it('does something at its ends, or says nothing of them', () => {
    expect(whole({ onApproved: { set: { note: 'x' } }, onRejected: { automation: 'helper', values: { reason: rule } } })).toEqual([]);
    expect(whole({ onRecalled: {} })).toEqual(['METADATA_SCHEMA /onRecalled']);
    expect(whole({ onSubmit: { steps: {} } })).toEqual(['METADATA_UNKNOWN_PROPERTY /onSubmit/steps']);
  });
});

/** Each step with no more than it must say. */
const least: Readonly<Record<string, Json>> = {
  approval: { approvers: { a: { role: 'rep' } } },
  branch: { cases: { a: { when: rule } } },
  parallel: { branches: { a: { steps: { s: asks() } }, b: { steps: { s: asks() } } } },
  notify: { to: { a: { user: rule } }, template: 't' },
  automation: { automation: 'helper' },
};

describe('the schema of a step of an approval process', () => {
  it.each(Object.entries(least))('of type %s takes no less than it must', (type, said) => {
    expect(step({ type, ...said })).toEqual([]);
    expect(step({ type, order: 1, when: rule, label, active: false, description: 'x', $comment: 'x', ...said })).toEqual([]);
    expect(step({ type, nonsense: 1, ...said })).toEqual(['METADATA_UNKNOWN_PROPERTY /nonsense']);
    expect(step({ type })).toEqual(Object.keys(said).map(() => 'METADATA_MISSING_PROPERTY '));
  });

  it('knows no other type', () => {
    expect(message('approvalProcessStep', { type: 'aproval' })).toContain(
      'Did you mean approval? Known: approval, branch, parallel, notify',
    );
  });

  it('says how many must approve in one way', () => {
    for (const need of ['any', 'all', 'sequence', { of: 2 }, { share: 0.5 }]) expect(approval({ need })).toEqual([]);
    expect(approval({ need: 'some' })).toEqual(['METADATA_VALUE_UNKNOWN /need']);
    expect(message('approvalProcessStep', asks({ need: 'some' }))).toContain('`any`, `all`, `sequence`');
    expect(approval({ need: {} })).toEqual(['METADATA_SCHEMA /need']);
    expect(approval({ need: { of: 2, share: 1 } })).toEqual(['METADATA_MISPLACED_PROPERTY /need/share']);
    expect(approval({ need: { of: 0 } })).toEqual(['METADATA_SCHEMA /need/of']);
    expect(approval({ need: { share: 1.1 } })).toEqual(['METADATA_SCHEMA /need/share']);
  });

  it('names approvers as people are named, each with its need', () => {
    const approver = (entry: Json): string[] => approval({ approvers: { a: entry } });
    expect(approver({ role: 'rep', need: { of: 2 }, order: 10 })).toEqual([]);
    expect(approver({ need: 'any' })).toEqual(['METADATA_MISSING_PROPERTY /approvers/a']);
    expect(approver({ role: 'rep', group: 'sales' })).toEqual(['METADATA_MISPLACED_PROPERTY /approvers/a/group']);
    expect(approver({ role: 'rep', needs: 'any' })).toEqual(['METADATA_UNKNOWN_PROPERTY /approvers/a/needs']);
    expect(approval({ approvers: {} })).toEqual(['METADATA_SCHEMA /approvers']);
  });

  it('says what happens where nobody is', () => {
    for (const nobody of ['pass', 'refuse', 'administrator', { to: { a: { role: 'rep' } } }]) expect(approval({ nobody })).toEqual([]);
    expect(approval({ nobody: 'skip' })).toEqual(['METADATA_VALUE_UNKNOWN /nobody']);
    expect(approval({ nobody: {} })).toEqual(['METADATA_MISSING_PROPERTY /nobody']);
  });

  it('has time-outs one after another', () => {
    const timeout = (source: Json): string[] => approval({ timeout: source });
    expect(timeout({ after: 'P1D', calendar: 'office', do: 'remind', then: { after: { param: 'notice' }, do: 'escalate' } })).toEqual([]);
    expect(timeout({ after: 'P1D', do: 'transfer', to: { a: { role: 'rep' } } })).toEqual([]);
    expect(timeout({ after: 'P1D', do: 'transfer' })).toEqual(['METADATA_MISSING_PROPERTY /timeout']);
    expect(timeout({ after: 'P1D', do: 'remind', to: { a: { role: 'rep' } } })).toEqual(['METADATA_MISPLACED_PROPERTY /timeout/to']);
    expect(timeout({ after: 'a day', do: 'wait' })).toEqual([
      'METADATA_VALUE_UNKNOWN /timeout/after',
      'METADATA_VALUE_UNKNOWN /timeout/do',
    ]);
  });
});
