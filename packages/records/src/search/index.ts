// Search in Chinese and English: the words of a record, the words that somebody typed.
export { searchTokens, type TokenOptions } from './tokens.ts';
export { searchWords } from './query.ts';
export { searchVector } from './vector.ts';
export { reindexSearch } from './reindex.ts';
