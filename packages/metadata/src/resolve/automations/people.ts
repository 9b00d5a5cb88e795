// Who is meant: maps of people, each entry in its one way.
import { checkRule } from '@tessera/rules';
import type { PersonJson } from '../../generated/types.ts';
import type { LevelsModel, PersonModel, WhoModel } from '../../model.ts';
import type { References } from '../references.ts';
import type { StepScope } from './scope.ts';

const user = { kind: 'reference', to: ['user'] } as const;

interface Site {
  readonly scope: StepScope;
  readonly references: References;
  readonly pointer: string;
}

function unfit({ scope, pointer }: Site, part: string, reason: string): void {
  scope.report.add(`${pointer}/${part}`, 'METADATA_REFERENCE_UNFIT', { reason });
}

/** Submitters and those who were chosen are known within an approval only. */
const onlyInApprovals = 'is known within an approval only. Name somebody else.';

const inNoDepartment = 'This runs on no record, so it is in no department.';

function whoModel(source: string, part: string, site: Site): WhoModel | undefined {
  if (source === 'actor') return 'actor';
  if (source === 'owner' && site.scope.object !== undefined) return 'owner';
  if (source === 'submitter' && site.scope.choices !== undefined) return 'submitter';
  if (source === 'submitter') unfit(site, part, `The submitter ${onlyInApprovals}`);
  else if (source === 'owner') unfit(site, part, 'This runs on no record, so nobody owns it. Say actor, or a path to a user.');
  else {
    const path = userPath(source, part, site);
    return path && { path };
  }
  return undefined;
}

/** A path to a user; what is wrong with it is told where it stands. */
function userPath(source: string, part: string, { scope, pointer }: Site): Extract<WhoModel, object>['path'] | undefined {
  const { expression, problems } = checkRule({ var: source }, scope.rules(), user);
  scope.report.addAll(
    `${pointer}/${part}`,
    problems.map((found) => ({ ...found, pointer: '' })),
  );
  return expression;
}

/** A rank is an option of `user.rank`. */
function levelsModel({ levels = 1 }: PersonJson, { scope, pointer }: Site): LevelsModel {
  if (typeof levels === 'number') return levels;
  const names = Object.keys(scope.catalog.model('user', 'rank')?.options ?? {});
  if (!names.includes(levels.upTo)) scope.missing(`${pointer}/levels/upTo`, 'rank', levels.upTo, { names });
  return levels;
}

/** Who is asked about, and in which way. */
function climbing(name: string, source: PersonJson, site: Site): PersonModel | undefined {
  const levels = levelsModel(source, site);
  if (source.managerOf !== undefined) {
    const who = whoModel(source.managerOf, 'managerOf', site);
    return who && { name, kind: 'managerOf', who, levels };
  }
  if (source.headOf === 'department') {
    if (site.scope.object === undefined) unfit(site, 'headOf', inNoDepartment);
    return { name, kind: 'headOf', who: 'department', levels };
  }
  const who = whoModel(source.headOf ?? '', 'headOf', site);
  return who && { name, kind: 'headOf', who, levels };
}

function ruled(name: string, source: unknown, { scope, pointer }: Site): PersonModel | undefined {
  const rule = scope.check(source, `${pointer}/rule`);
  if (rule === undefined) return undefined;
  const type = rule.type.kind === 'list' ? rule.type.of : rule.type;
  if (type.kind === 'null' || (type.kind === 'reference' && type.to.every((object) => object === 'user')))
    return { name, kind: 'rule', rule };
  scope.report.add(`${pointer}/rule`, 'METADATA_REFERENCE_UNFIT', { reason: 'This must give a user, or a list of users.' });
  return undefined;
}

function teamModel(name: string, role: string, { scope, pointer }: Site): PersonModel | undefined {
  const roles = scope.object === undefined ? [] : scope.catalog.teamRoles(scope.object);
  if (roles.includes(role)) return { name, kind: 'team', role };
  const where = scope.object === undefined ? '' : ` on ${scope.object}`;
  scope.missing(`${pointer}/team`, 'team role', role, { where, names: roles });
  return undefined;
}

/** Whom the submitter chose, or an approver in a step before. */
function chosenModel(name: string, step: string, site: Site): PersonModel | undefined {
  const { choices } = site.scope;
  if (choices === undefined) unfit(site, 'chosen', `Whom somebody chose ${onlyInApprovals}`);
  else if (Object.hasOwn(choices, step)) return { name, kind: 'chosen', step: choices[step] ?? step };
  else site.scope.missing(`${site.pointer}/chosen`, 'approval step', step, { where: ' before this one', names: Object.keys(choices) });
  return undefined;
}

function personModel(name: string, source: PersonJson, site: Site): PersonModel | undefined {
  const { scope, references, pointer } = site;
  if (source.user !== undefined) {
    const found = scope.check(source.user, `${pointer}/user`, user);
    return found && { name, kind: 'user', user: found };
  }
  if (source.role !== undefined) {
    if (!references.has('role', source.role, scope.report, `${pointer}/role`)) return undefined;
    if (source.in !== undefined && scope.object === undefined) unfit(site, 'in', inNoDepartment);
    return { name, kind: 'role', role: source.role, inDepartment: source.in !== undefined };
  }
  if (source.group !== undefined) return { name, kind: 'group', code: source.group };
  if (source.team !== undefined) return teamModel(name, source.team, site);
  if (source.field !== undefined) {
    const path = userPath(source.field, 'field', site);
    return path && { name, kind: 'field', path };
  }
  if (source.rule !== undefined) return ruled(name, source.rule, site);
  if (source.chosen === undefined) return climbing(name, source, site);
  return chosenModel(name, source.chosen, site);
}

/** Everybody whom a map of people names. */
export function peopleModels(
  source: Readonly<Record<string, PersonJson>> | undefined,
  pointer: string,
  scope: StepScope,
  references: References,
): readonly PersonModel[] {
  return Object.entries(source ?? {}).flatMap(
    ([name, person]) => personModel(name, person, { scope, references, pointer: `${pointer}/${name}` }) ?? [],
  );
}
