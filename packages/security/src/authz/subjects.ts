// Subjects: of whom sharing rules and shares speak, and whether the person is among them.
import type { Model, SharingRuleModel, SubjectModel } from '@tessera/metadata';
import type { PersonAlone } from '@tessera/storage';

/** Whether the person is one of those whom the subject stands for. */
export function speaksOf(subject: SubjectModel, person: PersonAlone): boolean {
  switch (subject.kind) {
    case 'user':
      return subject.email.toLowerCase() === person.email.toLowerCase();
    case 'role':
      return person.roles.includes(subject.role);
    case 'group':
      return person.groups.some(({ code }) => code === subject.code);
    case 'department':
      return person.departments.some(({ id, code }) => code === subject.code && (subject.below || id === person.department));
  }
}

/** The sharing rules of which the person is a recipient, of all objects or of one. */
export function rulesFor(model: Model, person: PersonAlone, object?: string): readonly SharingRuleModel[] {
  return Object.values(model.sharingRules).filter(
    (rule) => (object === undefined || rule.object === object) && rule.to.some((subject) => speaksOf(subject, person)),
  );
}

/** The subjects whose people `loadPerson` must find: those who own what is shared with the person. */
export function personWanted(model: Model): (person: PersonAlone) => readonly SubjectModel[] {
  return (person) => rulesFor(model, person).flatMap(({ records }) => (records.kind === 'ownedBy' ? [records.owners] : []));
}

/** The person as shares name a subject. */
export function subjectsOf(person: PersonAlone): readonly string[] {
  return [
    `user:${person.userId}`,
    ...person.roles.map((role) => `role:${role}`),
    ...person.groups.map(({ id }) => `group:${id}`),
    ...(person.department === null ? [] : [`department:${person.department}`]),
    ...person.departments.map(({ id }) => `below:${id}`),
  ];
}
