// Where an entry of the audit trail comes from: one answer for every caller, whoever writes the entry.
import { describe, expect, it } from '@jest/globals';
import { silentLogger, uuidv7Source, type Actor, type Context } from '@tessera/kernel';
import { auditEntry, callerOrigin, requestOrigin } from '@tessera/storage';

const clock = { now: () => Date.UTC(2026, 5, 1, 12) };
const at = '2026-06-01T12:00:00.000Z';
const contextOf = (actor: Actor, more: Partial<Context> = {}): Context => ({
  tenant: 'acme',
  actor,
  clock,
  newId: uuidv7Source(clock.now),
  log: silentLogger,
  languages: ['en'],
  requestId: 'r-1',
  ...more,
});
const ada: Actor = { kind: 'user', userId: 'ada', sessionId: 's' };
const asAda: Actor = { ...ada, impersonatedBy: 'boss' };

describe('callerOrigin', () => {
  it.each<readonly [string, Actor, string | null, string]>([
    ['a person', ada, 'ada', 'user'],
    ['an API key', { kind: 'user', userId: 'ada', apiKeyId: 'k' }, 'ada', 'apiKey'],
    ['whoever acts as another', asAda, 'boss', 'impersonator'],
    ['the platform', { kind: 'system', userId: null }, null, 'system'],
  ])('names %s', (_who, from, actor, actorKind) => {
    expect(callerOrigin(contextOf(from))).toEqual({ at, actor, actorKind, requestId: 'r-1' });
    expect(callerOrigin(contextOf(from, { address: '::1' }))).toEqual({ at, actor, actorKind, requestId: 'r-1', address: '::1' });
  });

  it('is of the time that it is given', () => {
    expect(callerOrigin(contextOf(ada), '2026-06-02T00:00:00.000Z').at).toBe('2026-06-02T00:00:00.000Z');
  });
});

describe('requestOrigin', () => {
  it('names a stranger, or who it has turned out to be', () => {
    const request = { requestId: 'r-2', address: '203.0.113.9' };
    expect(requestOrigin(request, clock)).toEqual({ at, actor: null, actorKind: 'stranger', ...request });
    expect(requestOrigin({ requestId: 'r-2' }, clock, 'ada')).toEqual({ at, actor: 'ada', actorKind: 'user', requestId: 'r-2' });
  });
});

describe('auditEntry', () => {
  const from = { at, actor: 'ada', actorKind: 'user', requestId: 'r-1' };

  it('has what it is about, and a detail only where there is one', () => {
    expect(auditEntry(contextOf(ada), 'x.done')).toEqual({ ...from, action: 'x.done' });
    const about = { object: 'account', recordId: 'a', detail: { n: 1 } };
    expect(auditEntry(contextOf(ada), 'x.done', about)).toEqual({ ...from, action: 'x.done', ...about });
  });

  it('tells of whoever acts as another both', () => {
    const entry = auditEntry(contextOf(asAda), 'x.done', { detail: { n: 1 } }, '2026-06-02T00:00:00.000Z');
    expect(entry).toMatchObject({ at: '2026-06-02T00:00:00.000Z', actor: 'boss', actorKind: 'impersonator' });
    expect(entry.detail).toEqual({ n: 1, actingAs: 'ada' });
    expect(auditEntry(contextOf(asAda), 'x.done').detail).toEqual({ actingAs: 'ada' });
  });
});
