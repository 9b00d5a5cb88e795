// Values made comparable: tables of cases for each normaliser, and how alike two texts are.
import { describe, expect, it } from '@jest/globals';
import { companyWords } from '../../packages/records/src/matching/company.ts';
import { domainKey, emailKey } from '../../packages/records/src/matching/addresses.ts';
import { gramGroups, gramsOf, likeness } from '../../packages/records/src/matching/likeness.ts';
import { phoneKey } from '../../packages/records/src/matching/phone.ts';
import { textWords } from '../../packages/records/src/matching/words.ts';

describe('a phone number', () => {
  it.each([
    ['13800138000', '8613800138000'],
    ['138 0013 8000', '8613800138000'],
    ['138-0013-8000', '8613800138000'],
    ['+86 138 0013 8000', '8613800138000'],
    ['86 13800138000', '8613800138000'],
    ['008613800138000', '8613800138000'],
    ['１３８００１３８０００', '8613800138000'],
    ['010-88886666', '861088886666'],
    ['(010) 8888 6666', '861088886666'],
    ['+86 (0)10-8888 6666', '861088886666'],
    ['+86 010 88886666', '861088886666'],
    ['010-88886666转8', '861088886666x8'],
    ['010-88886666 ext. 8', '861088886666x8'],
    ['010-88886666 x8', '861088886666x8'],
    ['010-88886666#8', '861088886666x8'],
    ['010-88886666-8001', '861088886666x8001'],
    ['+86 571 8888777-12', '865718888777x12'],
    ['010-8888-6666', '861088886666'],
    ['1380013-8000', '8613800138000'],
    ['+49 30 12345678-90', '49301234567890'],
    ['86 10 8888 6666', '861088886666'],
    ['8657188887777', '8657188887777'],
    ['400-810-8888', '864008108888'],
    ['95588', '8695588'],
    ['+1 (415) 555-2671', '14155552671'],
    ['+44 (0)20 7946 0958', '442079460958'],
    ['0044 20 7946 0958', '442079460958'],
    ['12', ''],
    ['', ''],
  ])('%s is %s', (written, key) => {
    expect(phoneKey(written)).toBe(key);
  });
});

describe('a company’s name', () => {
  it.each([
    ['华为技术有限公司', '华为技术'],
    ['华为技术（中国）有限公司', '华为技术'],
    ['华为技术(中国)股份有限公司', '华为技术'],
    ['用友网络科技股份有限公司', '用友网络科技'],
    ['阿里巴巴集团控股有限公司', '阿里巴巴'],
    ['阿里巴巴（北京）有限公司', '阿里巴巴 北京'],
    ['华为技术有限公司北京分公司', '华为技术有限公司北京分公司'],
    ['中国有限公司', '中国'],
    ['公司', '公司'],
    ['IBM（中国）有限公司', 'ibm'],
    ['ＩＢＭ　中国', 'ibm 中国'],
    ['The Acme Steel Co., Ltd.', 'acme steel'],
    ['ACME STEEL LIMITED', 'acme steel'],
    ['Acme Steel, Inc.', 'acme steel'],
    ['Acme Steel (China) Co.,Ltd', 'acme steel'],
    ['Müller GmbH & Co. KG', 'muller'],
    ['Fiat S.p.A.', 'fiat'],
    ['A.B.C. Inc.', 'abc'],
    ['Total S.A.', 'total'],
    ['株式会社東芝', '東芝'],
    ['Limited', 'limited'],
    ['Co.', 'co'],
    ['！？', ''],
  ])('%s is %s', (written, words) => {
    expect(companyWords(written).join(' ')).toBe(words);
  });
});

describe('a text', () => {
  it.each([
    ['  Ａｃｍｅ－Ｓｔｅｅｌ  ', 'acme steel'],
    ['Crème brûlée', 'creme brulee'],
    ['《三体》', '三体'],
    ['A/B.c', 'a b c'],
    ['…', ''],
  ])('%s is %s', (written, words) => {
    expect(textWords(written).join(' ')).toBe(words);
  });
});

describe('an address', () => {
  it.each([
    ['Jo@Acme.com', 'jo@acme.com', 'acme.com'],
    ['ｊｏ＠acme.com', 'jo@acme.com', 'acme.com'],
    ['li@qq.com', 'li@qq.com', ''],
    ['a@Bücher.example', 'a@bücher.example', 'xn--bcher-kva.example'],
    ['nobody', 'nobody', ''],
  ])('%s is %s, of %s', (written, email, domain) => {
    expect([emailKey(written), domainKey(written)]).toEqual([email, domain]);
  });

  it.each([
    ['https://www.Acme.com/about?x=1', 'acme.com'],
    ['http://shop.acme.com:8080', 'shop.acme.com'],
    ['acme.com', 'acme.com'],
    ['https://user@acme.com/', 'acme.com'],
    ['https://localhost/', ''],
  ])('%s is of %s', (written, domain) => {
    expect(domainKey(written)).toBe(domain);
  });
});

describe('likeness', () => {
  const alike = (a: string, b: string): number => likeness(new Set(gramsOf(textWords(a))), new Set(gramsOf(textWords(b))));

  it('is 1 of equals, whatever the order of their words, and 0 of strangers', () => {
    expect(alike('Acme Steel Works', 'acme works steel')).toBe(1);
    expect(alike('阿里巴巴', '阿里巴巴')).toBe(1);
    expect(alike('Acme', '阿里巴巴')).toBe(0);
    expect(alike('', '')).toBe(0);
  });

  it('bears a slip of the pen, and less the shorter the text is', () => {
    expect(alike('Acme Steel Works', 'Acme Stell Works')).toBeGreaterThan(0.8);
    expect(alike('用友网络科技', '用友网路科技')).toBeGreaterThan(0.6);
    expect(alike('阿里', '阿爸')).toBeLessThan(0.5);
  });

  it('leaves out no text that is alike when only groups of grams are looked for', () => {
    const words = ['acme', 'acne', 'steel', 'stele', 'works', 'work', '用友网络', '用友网路', '科技', '技术'];
    const texts = words.flatMap((first) => words.map((second) => `${first} ${second}`));
    for (const least of [0.5, 0.7, 0.95]) {
      for (const one of texts) {
        const groups = gramGroups(gramsOf(textWords(one)), least);
        for (const other of texts) {
          if (alike(one, other) < least) continue;
          const grams = new Set(gramsOf(textWords(other)));
          expect([one, other, groups.some((group) => group.every((gram) => grams.has(gram)))]).toEqual([one, other, true]);
        }
      }
    }
  });
});
