// Matching: which records are about the same.
export { rekeyRecords } from './rekey.ts';
export { matchRecords, type Described, type MatchAnswer, type MatchInput } from './match.ts';
export { findDuplicates, type FoundDuplicates } from './search.ts';
// For what happens by itself: candidates past anybody's rights, and what they come to.
export { findCandidates, matchedOf, type Candidate, type Matched, type Sought } from './find.ts';
export { RuleKeys } from './keys.ts';
