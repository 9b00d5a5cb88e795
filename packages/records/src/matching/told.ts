// What a person is told of a record that was found: names and reasons as far as the person may read them.
import type { CriterionModel } from '@tessera/metadata';
import type { WriteSession } from '../session.ts';
import { inLanguage } from '../steps/validate.ts';
import type { Candidate } from './find.ts';

export function told(
  { access, context }: Pick<WriteSession, 'access' | 'context'>,
  candidate: Candidate,
): Readonly<Record<string, unknown>> {
  const { object, id, name, criterion, score, criteria } = candidate;
  const fields = access.view.objects[object]?.fields ?? {};
  const isKnown = (field: string): boolean => fields[field] !== undefined && fields[field].masked !== true;
  const isTold = ({ fields: compared }: CriterionModel): boolean => compared.every(({ field }) => isKnown(field));
  const because = {
    criterion: criterion.name,
    label: inLanguage(criterion.label, context.languages),
    likeness: Math.round(score * 100) / 100,
    criteria: criteria.filter(isTold).map((each) => each.name),
  };
  return { object, id, ...(isKnown('name') && name !== null ? { name } : {}), ...(isTold(criterion) ? because : {}) };
}
