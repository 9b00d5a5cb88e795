// The small parts of the GraphQL API: JSON text in pieces, texts by language, the cache, streams.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { memberTexts, objectText } from '../../packages/api/src/graphql/document/json-text.ts';
import { eventStream } from '../../packages/api/src/graphql/event-stream.ts';
import { bestLanguage, labelText } from '../../packages/api/src/graphql/label-text.ts';

describe('JSON text', () => {
  it('is taken apart into the texts of its members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2), (object, indent) => {
        const members = memberTexts(JSON.stringify(object, null, indent));
        expect([...members].map(([name, text]) => [name, JSON.parse(text) as unknown])).toEqual(
          Object.entries(JSON.parse(JSON.stringify(object)) as object),
        );
        expect(JSON.parse(objectText([...members]))).toEqual(JSON.parse(JSON.stringify(object)));
      }),
    );
  });

  it('keeps digits as they are', () => {
    expect(memberTexts('{"a":1.10,"b":12345678901234567890}')).toEqual(
      new Map([
        ['a', '1.10'],
        ['b', '12345678901234567890'],
      ]),
    );
  });
});

describe('labelText', () => {
  const label = { en: 'Account', 'zh-CN': '客户' };
  it.each([
    [['zh-CN'], '客户'],
    [['zh'], '客户'],
    [['zh-TW', 'en'], '客户'],
    [['de', 'en'], 'Account'],
    [['de'], 'Account'],
    [[], 'Account'],
  ])('in %j is %s', (languages, text) => {
    expect(labelText(label, languages)).toBe(text);
  });

  it('goes with the one of the tenant’s languages that suits best', () => {
    expect(bestLanguage(['fr', 'zh'], ['en', 'zh-CN'])).toBe('zh-CN');
    expect(bestLanguage(['fr'], ['en', 'zh-CN'])).toBe('en');
  });
});

describe('eventStream', () => {
  it('sends its failure as the last event', async () => {
    const stream = eventStream<string, string>({
      open: async function* () {
        await Promise.resolve();
        yield 'a';
        throw new Error('b');
      },
      render: (event) => event,
      failed: (error) => String(error),
      signal: undefined,
    });
    const seen: string[] = [];
    for await (const event of stream) seen.push(event);
    expect(seen).toEqual(['a', 'Error: b']);
  });

  it('ends quietly when the caller has gone', async () => {
    const gone = new AbortController();
    const stream = eventStream<string, string>({
      open: async function* (signal) {
        yield 'a';
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('aborted'));
          });
        });
      },
      render: (event) => event,
      failed: String,
      signal: gone.signal,
    });
    const events = stream[Symbol.asyncIterator]();
    expect(await events.next()).toEqual({ done: false, value: 'a' });
    const last = events.next();
    gone.abort();
    expect(await last).toEqual({ done: true, value: undefined });
  });
});
