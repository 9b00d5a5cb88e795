// Search: the column that records are found by, the statement that finds them, and the one that brings the column up to date.
export { searchColumn, searchFields, searchPlaces, vectorText, type SearchLexemes } from './column.ts';
export { compileSearch, searchSlots, type SearchSlots, type SearchSource, type SearchTerm, type SearchWords } from './search.ts';
export { setSearchStatement, unmarkedStatement, type MarkedColumn } from './reindex.ts';
