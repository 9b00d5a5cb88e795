// The engine's own column that records are found by: which objects have it, and what stands in it.
import type { FieldModel, ObjectModel } from '@tessera/metadata';

/** No API name becomes this in snake case, so no field collides with it. A record's value for it comes under the same name. */
export const searchColumn = '_search';

/** The fields that search looks into. Computed fields have no column, hence nothing that could be kept in step. */
export function searchFields(object: ObjectModel): readonly FieldModel[] {
  return Object.values(object.fields).filter((field) => field.searchable && field.columns.length > 0);
}

const namePlace = 1;

/** The place of each searchable field in the column: the name has the first, whether it is searchable or not. */
export function searchPlaces(object: ObjectModel): ReadonlyMap<string, number> {
  const others = searchFields(object).filter((field) => field.name !== 'name');
  const places = new Map(others.map((field, i) => [field.name, namePlace + 1 + i]));
  return object.fields['name']?.searchable === true ? places.set('name', namePlace) : places;
}

/** The places (from 1) of the fields in which a word stands. A word without places is a mark of the record as a whole. */
export type SearchLexemes = ReadonlyMap<string, ReadonlySet<number>>;

/** PostgreSQL's text form of a tsvector. What stands in the name has weight A. */
export function vectorText(lexemes: SearchLexemes): string {
  const parts = [...lexemes].map(([lexeme, places]) => {
    const positions = [...places].sort((a, b) => a - b).map((place) => (place === namePlace ? `${String(place)}A` : String(place)));
    return positions.length === 0 ? quoted(lexeme) : `${quoted(lexeme)}:${positions.join(',')}`;
  });
  return parts.join(' ');
}

/** A lexeme in the text forms of tsvector and tsquery. */
export function quoted(lexeme: string): string {
  return `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
