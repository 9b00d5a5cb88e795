// Import mappings held against the Model: every mistake at once, each at its pointer.
import { describe, expect, it } from '@jest/globals';
import { TesseraError } from '@tessera/kernel';
import { compileMapping, type ImportInput } from '@tessera/records';
import { dateReader } from '../../packages/records/src/import/dates.ts';
import { multiplyDecimals } from '../../packages/records/src/import/scale.ts';
import { modelOf } from '../support/packs.ts';
import { dataFile } from './import-scene.ts';
import { labModel } from './import-lab.ts';

const model = labModel();

type Found = readonly (readonly [string, string | undefined])[];

function problemsOf(mapping: unknown, more: Partial<Pick<ImportInput, 'object' | 'by' | 'internal'>> = {}): Found {
  try {
    compileMapping(model, { object: 'thing', mapping, ...more });
    return [];
  } catch (error) {
    if (!(error instanceof TesseraError)) throw error;
    return error.problems.length === 0 ? [[error.code, error.pointer]] : error.problems.map(({ code, pointer }) => [code, pointer]);
  }
}

describe('an import mapping', () => {
  it('of crm-base fits its Model', () => {
    const crm = modelOf('crm-base');
    for (const name of ['salesAgents', 'accounts', 'products', 'opportunities']) {
      const { object, by, mapping } = dataFile(name);
      expect(() => compileMapping(crm, { object, mapping, internal: true, ...(by === undefined ? {} : { by }) })).not.toThrow();
    }
  });

  it('is refused with all its mistakes', () => {
    const mapping = {
      columns: {
        'a/b': { field: 'nothing' },
        b: { field: 'name' },
        c: { field: 'name' },
        d: { field: 'double' },
        e: { field: 'createdAt' },
        f: { field: 'note', date: 'M/D/YYYY' },
        g: { field: 'day', date: 'M/YYYY' },
        h: { field: 'code', scale: 10 },
        i: { field: 'amount', lookup: {} },
        j: { field: 'about', lookup: { by: 'name' } },
        k: { field: 'box', lookup: { by: 'colour' } },
        l: { field: 'id' },
      },
      set: { nowhere: 1, kind: { ref: 'x' }, price: { '+': [{ var: '$row.b' }, 'x'] }, share: { var: '$row.zz' }, hour: { var: 'name' } },
      skipWhen: { var: '$row.b' },
    };
    expect(problemsOf(mapping, { by: 'note' })).toEqual([
      ['FIELD_UNKNOWN', '/columns/a~1b/field'],
      ['IMPORT_MAPPING_UNFIT', '/columns/c/field'],
      ['FIELD_READ_ONLY', '/columns/d/field'],
      ['FIELD_READ_ONLY', '/columns/e/field'],
      ['IMPORT_MAPPING_UNFIT', '/columns/f/date'],
      ['IMPORT_MAPPING_UNFIT', '/columns/g/date'],
      ['IMPORT_MAPPING_UNFIT', '/columns/h/scale'],
      ['IMPORT_MAPPING_UNFIT', '/columns/i/lookup'],
      ['IMPORT_MAPPING_UNFIT', '/columns/j/lookup'],
      ['FIELD_UNKNOWN', '/columns/k/lookup/by'],
      ['FIELD_READ_ONLY', '/columns/l/field'],
      ['FIELD_UNKNOWN', '/set/nowhere'],
      ['IMPORT_MAPPING_UNFIT', '/set/kind'],
      ['RULE_TYPE', expect.stringMatching(/^\/set\/price/)],
      ['IMPORT_COLUMN_MISSING', '/set/share'],
      ['RULE_NAME_UNKNOWN', expect.stringMatching(/^\/set\/hour/)],
      ['RULE_TYPE', '/skipWhen'],
      ['KEY_UNKNOWN', '/by'],
    ]);
  });

  it('reckons by the calendars of the Model', () => {
    const day = (calendar: string): unknown => ({ dateAdd: [{ today: [] }, { number: { var: '$row.a' } }, calendar] });
    expect(problemsOf({ columns: { a: null }, set: { day: day('week') } })).toEqual([]);
    expect(problemsOf({ columns: { a: null }, set: { day: day('office') } })).toEqual([['RULE_NAME_UNKNOWN', '/set/day/dateAdd/2']]);
  });

  it('is held to its schema first', () => {
    expect(problemsOf({ columns: { a: { felid: 'name' } } })[0]?.[1]).toMatch(/^\/columns\/a/);
    expect(problemsOf('nonsense')).toHaveLength(1);
    expect(problemsOf({ columns: {} }, { object: 'nothing' })).toEqual([['OBJECT_UNKNOWN', undefined]]);
  });

  it('needs a column for what rows are found by, and a unique one unless it is seed data', () => {
    expect(problemsOf({ columns: { a: { field: 'name' } } }, { by: 'code' })).toEqual([['IMPORT_MAPPING_UNFIT', '/by']]);
    expect(problemsOf({ columns: { a: { field: 'name' } } }, { by: 'name' })).toEqual([['KEY_UNKNOWN', '/by']]);
    expect(problemsOf({ columns: { a: { field: 'name' } } }, { by: 'name', internal: true })).toEqual([]);
    expect(problemsOf({ columns: { a: { field: 'id' } } }, { by: 'id' })).toEqual([]);
    const both = { a: { field: 'box', lookup: {} }, b: { field: 'day' } };
    expect(problemsOf({ columns: both }, { by: 'byBoxAndDay' })).toEqual([]);
  });
});

describe('dates of a file', () => {
  const read = (format: string, text: string, form: 'date' | 'datetime' | 'time' = 'date'): string | undefined =>
    dateReader(format, form, 'Europe/Berlin')?.(text);

  it('are read as they are written, and not otherwise', () => {
    expect(read('M/D/YYYY', '3/1/2017')).toBe('2017-03-01');
    expect(read('M/D/YYYY', '10/25/2016')).toBe('2016-10-25');
    expect(read('M/D/YYYY', '2016-10-25')).toBeUndefined();
    expect(read('M/D/YYYY', '3/1/17')).toBeUndefined();
    expect(read('MM/DD/YYYY', '3/1/2017')).toBeUndefined();
    expect(read('DD.MM.YYYY', '01x03.2017')).toBeUndefined();
    expect(read('D.M.YYYY', '31.2.2026')).toBeUndefined();
    expect(read('D.M.YY', '1.3.17')).toBe('2017-03-01');
    expect(read('D.M.YY', '1.3.70')).toBe('1970-03-01');
    expect(read('YYYY年M月D日', '2026年3月31日')).toBe('2026-03-31');
    expect(read('DD.MM.YYYY HH:mm', '31.12.2026 23:05')).toBe('2026-12-31');
    expect(read('H:mm', '9:05', 'time')).toBe('09:05:00');
    expect(dateReader('M/YYYY', 'date', 'UTC')).toBeUndefined();
    expect(dateReader('M/MM/D/YYYY', 'date', 'UTC')).toBeUndefined();
  });

  it('are instants on the clocks of the tenant', () => {
    expect(read('DD.MM.YYYY HH:mm', '31.12.2026 23:05', 'datetime')).toBe('2026-12-31T22:05:00.000Z');
    expect(read('DD.MM.YYYY HH:mm', '01.07.2026 00:30', 'datetime')).toBe('2026-06-30T22:30:00.000Z');
    expect(read('DD.MM.YYYY', '01.07.2026', 'datetime')).toBe('2026-06-30T22:00:00.000Z');
    // The clocks go from 02:00 to 03:00.
    expect(read('DD.MM.YYYY HH:mm', '29.03.2026 01:59', 'datetime')).toBe('2026-03-29T00:59:00.000Z');
    expect(read('DD.MM.YYYY HH:mm', '29.03.2026 02:30', 'datetime')).toBe('2026-03-29T01:30:00.000Z');
    expect(read('DD.MM.YYYY HH:mm', '29.03.2026 03:00', 'datetime')).toBe('2026-03-29T01:00:00.000Z');
    expect(read('DD.MM.YYYY HH:mm', '31.02.2026 03:00', 'datetime')).toBeUndefined();
    expect(read('DD.MM.YYYY HH:mm', '28.02.2026 24:00', 'datetime')).toBeUndefined();
  });

  it('scale numbers without floats', () => {
    expect(multiplyDecimals('1100.04', '1000000')).toBe('1100040000');
    expect(multiplyDecimals('-0.1', '0.2')).toBe('-0.02');
    expect(multiplyDecimals('0', '5')).toBe('0');
  });
});
