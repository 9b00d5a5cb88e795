// People: who is meant by the entries of the one vocabulary.
export { resolvePeople } from './resolve.ts';
export type { PeopleSession } from './places.ts';
export type { LeftOut, PeopleFound, PeopleQuestion, PeopleSubject, ResolvedPerson, Why } from './question.ts';
