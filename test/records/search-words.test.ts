// The words under which texts are found, and the words that somebody typed.
import { describe, expect, it } from '@jest/globals';
import { searchTokens, searchWords } from '@tessera/records';

/** What a text is found by, as the database decides it: every word in one of its forms. */
function finds(q: string, text: string, phone = false): boolean {
  const tokens = searchTokens(text, { phone });
  const words = searchWords(q)?.words ?? [];
  return (
    words.length > 0 &&
    words.every((forms) =>
      forms.some((form) =>
        form.every(({ lexeme, prefix }) => tokens.some((token) => (prefix ? token.startsWith(lexeme) : token === lexeme))),
      ),
    )
  );
}

describe('search words', () => {
  it.each([
    ['阿里', '阿里巴巴'],
    ['里巴', '阿里巴巴'],
    ['巴', '阿里巴巴'],
    ['albb', '杭州阿里巴巴网络'],
    ['alibaba', '杭州阿里巴巴网络'],
    ['hangzhou alibaba', '杭州阿里巴巴网络'],
    ['a li ba ba', '阿里巴巴'],
    ['chongqing', '重庆银行'],
    ['yinhang', '重庆银行'],
    ['zengxiaoming', '曾小明'],
    ['lvdi', '绿地集团'],
    ['阿里baba', '阿里巴巴'],
    ['muller', 'Müller GmbH'],
    ['MÜLLER', 'Muller'],
    ['hauptstrasse 7', 'Hauptstraße 7'],
    ['cor ac', 'Acme Corp'],
    ['ａｃｍｅ', 'Acme'],
    ['corp', 'AcmeCorp'],
    ['obrien', 'O’Brien'],
    ["o'brien", 'OBrien'],
    ['brien', "O'Brien"],
    ['15', 'iPhone15 Pro'],
    ['inv2024', 'INV-2024-0017'],
    ['INV-0017', 'INV-2024-0017'],
    ['0017', 'INV-2024-0017'],
    ['john@acme', 'John.Doe@acme-corp.example'],
    ['doe corp', 'John.Doe@acme-corp.example'],
    ['かな', 'ひらかな'],
  ])('find by %s: %s', (q, text) => {
    expect(finds(q, text)).toBe(true);
  });

  it.each([
    ['13800138000', '+86 138-0013-8000'],
    ['138 0013', '+86 138-0013-8000'],
    ['0013-8000', '13800138000'],
    ['(138) 00138000', '+86 138-0013-8000'],
    ['+8613800138000', '138 0013 8000'],
    ['38000', '13800138000'],
    ['8000', '+86 138-0013-8000'],
  ])('find the phone by %s: %s', (q, number) => {
    expect(finds(q, number, true)).toBe(true);
  });

  it.each([
    ['里阿', '阿里巴巴'],
    ['muler', 'Müller'],
    ['acme inc', 'Acme Corp'],
    ['139', '+86 138-0013-8000'],
    ['cme', 'Acme'],
  ])('do not find by %s: %s', (q, text) => {
    expect(finds(q, text, /\d/.test(text))).toBe(false);
  });

  it.each(['', '   ', '!!! ??? & | <->', '🙂🚀', '\u0000', '\ud800', "':*"])('ask for nothing in %j', (q) => {
    expect(searchWords(q)).toBeUndefined();
  });

  it('are few, whatever is typed', () => {
    const words = searchWords('word '.repeat(10_000))?.words ?? [];
    expect(words.length).toBeLessThanOrEqual(12);
    expect(searchWords('阿'.repeat(10_000))?.words[0]?.[0]).toHaveLength(15);
    expect(Math.max(...searchTokens('x'.repeat(10_000)).map((token) => token.length))).toBeLessThanOrEqual(32);
  });

  it('are made anew for what is a whole name, however it is written', () => {
    expect(searchWords(' ACME,  corp. ')?.whole).toBe(searchWords('acme Corp')?.whole);
  });
});
