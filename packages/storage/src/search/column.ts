// The engine's own column that records are found by: which objects have it, and what stands in it.
import type { FieldModel, ObjectModel } from '@tessera/metadata';

/** No API name becomes this in snake case, so no field collides with it. A record's value for it comes under the same name. */
export const searchColumn = '_search';

/**
 * The fields that search looks into: the name first, then in the order of their definition. Computed fields have no column, hence
 * nothing that could be kept in step. A field's place in this list is its position in the column.
 */
export function searchFields(object: ObjectModel): readonly FieldModel[] {
  const found = Object.values(object.fields).filter((field) => field.searchable && field.columns.length > 0);
  return [...found.filter((field) => field.name === 'name'), ...found.filter((field) => field.name !== 'name')];
}

/** The places (from 1) of the fields in which a word stands. A word without places is a mark of the record as a whole. */
export type SearchLexemes = ReadonlyMap<string, ReadonlySet<number>>;

/** PostgreSQL's text form of a tsvector. What stands in the name has weight A. */
export function vectorText(lexemes: SearchLexemes): string {
  const parts = [...lexemes].map(([lexeme, places]) => {
    const positions = [...places].sort((a, b) => a - b).map((place) => (place === 1 ? '1A' : String(place)));
    return positions.length === 0 ? quoted(lexeme) : `${quoted(lexeme)}:${positions.join(',')}`;
  });
  return parts.join(' ');
}

/** A lexeme in the text forms of tsvector and tsquery. */
export function quoted(lexeme: string): string {
  return `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
