// A Model with a field of nearly every type, for files that are not as they should be and for the way out and back.
import { buildModel, type Layer, type Model } from '@tessera/metadata';
import { TesseraError } from '@tessera/kernel';
import { importRejects, type ImportInput, type ImportStatus } from '@tessera/records';
import { platformFolder, readPack } from '../support/packs.ts';
import { ImportScene, pieces, textOf } from './import-scene.ts';

const label = (en: string): { readonly en: string } => ({ en });

const thing = {
  name: 'thing',
  plural: 'things',
  label: label('Thing'),
  pluralLabel: label('Things'),
  sharing: 'publicReadWrite',
  fields: {
    name: { type: 'text', required: true, label: label('Name') },
    code: { type: 'text', unique: true, maxLength: 4000, label: label('Code') },
    note: { type: 'textarea', label: label('Note') },
    amount: { type: 'number', precision: 20, scale: 4, label: label('Amount') },
    price: { type: 'currency', label: label('Price') },
    share: { type: 'percent', label: label('Share') },
    active: { type: 'boolean', default: true, label: label('Active') },
    day: { type: 'date', label: label('Day') },
    at: { type: 'datetime', label: label('At') },
    hour: { type: 'time', label: label('Hour') },
    kind: {
      type: 'picklist',
      default: 'plain',
      options: { plain: { order: 1, label: label('Plain') }, odd: { order: 2, label: label('Odd') } },
      label: label('Kind'),
    },
    tags: {
      type: 'multiPicklist',
      options: { red: { order: 1, label: label('Red') }, blue: { order: 2, label: label('Blue') } },
      label: label('Tags'),
    },
    place: { type: 'address', label: label('Place') },
    extra: { type: 'json', label: label('Extra') },
    key: { type: 'secret', label: label('Key') },
    parent: { type: 'lookup', to: 'thing', inverse: 'parts', label: label('Parent') },
    about: { type: 'lookup', to: ['thing', 'box'], label: label('About') },
    box: { type: 'lookup', to: 'box', inverse: 'things', label: label('Box') },
    double: { type: 'formula', returns: 'number', formula: { '*': [{ var: 'amount' }, 2] }, label: label('Double') },
  },
  keys: { byBoxAndDay: { fields: ['box', 'day'], message: label('One thing a day in a box.') } },
  validationRules: {
    notBad: { refuseWhen: { '==': [{ var: 'name' }, 'bad'] }, at: 'name', message: label('Nothing is called bad.') },
  },
};

const box = {
  name: 'box',
  plural: 'boxes',
  label: label('Box'),
  pluralLabel: label('Boxes'),
  sharing: 'publicReadWrite',
  fields: {
    name: { type: 'text', required: true, label: label('Name') },
    total: {
      type: 'rollup',
      aggregate: { of: 'things', function: 'sum', value: { var: 'amount' } },
      label: label('Total'),
    },
    firstDay: { type: 'rollup', aggregate: { of: 'things', function: 'min', value: { var: 'day' } }, label: label('First day') },
    most: {
      type: 'rollup',
      aggregate: { of: 'things', function: 'max', value: { var: 'amount' }, where: { '==': [{ var: 'kind' }, 'odd'] } },
      label: label('Most'),
    },
  },
  validationRules: {
    full: { check: 'commit', refuseWhen: { '>': [{ var: 'total' }, 100] }, at: 'total', message: label('The box is full.') },
  },
};

export function labModel(): Model {
  const lab: Layer = {
    kind: 'pack',
    name: 'lab',
    version: '1.0.0',
    namespace: '',
    files: {
      'pack.json': { name: 'lab', version: '1.0.0', namespace: '', label: label('Lab'), engine: '*' },
      'settings.json': { languages: ['en'], timeZone: 'Europe/Berlin', currency: 'EUR' },
      'calendars/week.json': { name: 'week', label: label('Week'), hours: { monday: ['09:00-17:00'] } },
      'objects/thing.json': thing,
      'objects/box.json': box,
    },
  };
  const built = buildModel([readPack(platformFolder), lab]);
  if (built.model === undefined) throw new Error(JSON.stringify(built.problems, null, 2));
  return built.model;
}

export type Columns = Readonly<Record<string, unknown>>;

/** A tenant of this Model, and short words for what the tests do with it. */
export class Lab {
  readonly scene: ImportScene;

  constructor(scene: ImportScene) {
    this.scene = scene;
  }

  static async open(): Promise<Lab> {
    return new Lab(await ImportScene.open(labModel()));
  }

  close(): Promise<void> {
    return this.scene.close();
  }

  empty(): Promise<void> {
    return this.scene.empty('thing', 'box', '_import');
  }

  /** Imports things, the content in small pieces. */
  things(
    content: string | Uint8Array,
    columns: Columns,
    more: Omit<Partial<ImportInput>, 'mapping'> & { readonly mapping?: object } = {},
  ): Promise<ImportStatus> {
    const { mapping, ...rest } = more;
    return this.scene.import({ object: 'thing', content: pieces(content, 7), ...rest, mapping: { columns, ...mapping } });
  }

  /** All things in the order of their making. */
  async stored(columns = 'name'): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const list = columns.split(',').map((column) => `'${column}', t.${column}`);
    const text = `select json_build_object(${list.join(', ')}) as row from "${this.scene.database.schema}".thing t order by t.id`;
    const { rows } = await this.scene.database.query({ text, values: [] });
    return rows.map(({ row }) => JSON.parse(String(row)) as Readonly<Record<string, unknown>>);
  }

  rejects(id: string): Promise<string> {
    return textOf(importRejects(this.scene.database, id));
  }
}

/** The codes of all that a promise is refused for. */
export async function codesOf(answer: Promise<unknown>): Promise<readonly string[]> {
  try {
    await answer;
    return [];
  } catch (error) {
    if (!(error instanceof TesseraError)) throw error;
    return error.problems.length === 0 ? [error.code] : error.problems.map(({ code }) => code);
  }
}
