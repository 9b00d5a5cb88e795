// Sharing rules and teams: whom and what they name is there, and they open something that is not open anyway.
import { checkCondition, checkRule } from '@tessera/rules';
import type { SharingRuleSource, SubjectSource, TeamSource } from '../effective.ts';
import { storedEmail } from '../field-types/email.ts';
import { known } from '../known.ts';
import type { SharingRuleModel, SubjectModel, TeamModel } from '../model.ts';
import type { ModelCatalog } from './catalog.ts';
import type { DraftObject } from './draft.ts';
import type { Report } from './report.ts';
import { sorted } from './sorted.ts';
import { missingObject } from './views.ts';

/** What subjects may name. */
export interface RoleNames {
  readonly active: readonly string[];
  readonly switchedOff: readonly string[];
}

interface Around {
  readonly catalog: ModelCatalog;
  readonly roles: RoleNames;
}

const switchedOffHint = 'It is switched off: switch off what refers to it too, or leave it on.';

function subject(source: SubjectSource, pointer: string, roles: RoleNames, report: Report): SubjectModel {
  const { user, role, group, department } = source;
  if (user !== undefined) return { kind: 'user', email: storedEmail(user) };
  if (group !== undefined) return { kind: 'group', code: group };
  if (department !== undefined) return { kind: 'department', code: department, below: source.below ?? false };
  const name = role ?? '';
  if (!roles.active.includes(name)) {
    const hint = roles.switchedOff.includes(name) ? switchedOffHint : known(roles.active, name);
    report.add(`${pointer}/role`, 'METADATA_REFERENCE_MISSING', { kind: 'role', name, where: '', known: hint });
  }
  return { kind: 'role', role: name };
}

/** The subjects of a map, by keys that mean nothing. */
export const subjectModels = (
  source: Readonly<Record<string, SubjectSource>>,
  pointer: string,
  roles: RoleNames,
  report: Report,
): readonly SubjectModel[] => Object.entries(source).map(([key, entry]) => subject(entry, `${pointer}/${key}`, roles, report));

/** A rule that opens what is open is a mistake of its author, or of who has opened the object since. */
function checkNeeded(source: SharingRuleSource, catalog: ModelCatalog, report: Report): void {
  const { object, access = 'read' } = source;
  const sharing = catalog.sharing(object);
  const unfit = (pointer: string, why: string): void => {
    report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason: `${why} Remove the rule or switch it off.` });
  };
  if (sharing === 'controlledByParent') unfit('/object', `Who may see a record of ${object} is decided by its master alone.`);
  if (sharing === 'publicReadWrite')
    unfit('/object', `Every record of ${object} may be changed by everybody, so there is nothing to open.`);
  if (sharing === 'publicRead' && access === 'read')
    unfit(
      source.access === undefined ? '/object' : '/access',
      `Every record of ${object} may be seen by everybody: only "edit" adds to it.`,
    );
}

function sharedRecords(source: SharingRuleSource, { catalog, roles }: Around, report: Report): SharingRuleModel['records'] | undefined {
  const { ownedBy, when } = source.records;
  if (ownedBy !== undefined) return { kind: 'ownedBy', owners: subject(ownedBy, '/records/ownedBy', roles, report) };
  const checked = checkCondition(when, catalog.scope(source.object));
  report.addAll('/records/when', checked.problems);
  return checked.expression && { kind: 'when', condition: checked.expression };
}

/** Undefined where the rule cannot be understood; every mistake is reported. */
export function resolveSharingRule(source: SharingRuleSource, around: Around, report: Report): SharingRuleModel | undefined {
  if (missingObject(around.catalog, report, source.object)) return undefined;
  checkNeeded(source, around.catalog, report);
  const records = sharedRecords(source, around, report);
  const to = subjectModels(source.to, '/to', around.roles, report);
  if (records === undefined) return undefined;
  return { name: source.name, object: source.object, label: source.label, records, to, access: source.access ?? 'read' };
}

function teamRules(source: TeamSource, roles: TeamModel['roles'], draft: DraftObject, catalog: ModelCatalog): TeamModel['rules'] {
  const rules: Record<string, TeamModel['rules'][string]> = {};
  for (const [name, rule] of Object.entries(source.rules ?? {})) {
    if (rule.active === false) continue;
    const pointer = `/team/rules/${name}`;
    const scope = catalog.scope(draft.name);
    if (!Object.hasOwn(roles, rule.role)) {
      const hint = Object.hasOwn(source.roles, rule.role) ? switchedOffHint : known(Object.keys(roles), rule.role);
      const where = ` on ${draft.name}`;
      draft.report.add(`${pointer}/role`, 'METADATA_REFERENCE_MISSING', { kind: 'team role', name: rule.role, where, known: hint });
    }
    const member = checkRule(rule.member, scope, { kind: 'reference', to: ['user'] });
    draft.report.addAll(`${pointer}/member`, member.problems);
    const when = rule.when === undefined ? undefined : checkCondition(rule.when, scope);
    draft.report.addAll(`${pointer}/when`, when?.problems ?? []);
    if (member.expression !== undefined) rules[name] = { name, when: when?.expression, member: member.expression, role: rule.role };
  }
  return rules;
}

/** The team of an object, its roles in their order. */
export function resolveTeam(draft: DraftObject, catalog: ModelCatalog): TeamModel | undefined {
  const source = draft.source.team;
  if (source === undefined) return undefined;
  const entries = sorted(source.roles).map(([name, { label, access }]) => [name, { name, label, access }] as const);
  const roles: TeamModel['roles'] = Object.fromEntries(entries);
  return { roles, rules: teamRules(source, roles, draft, catalog) };
}
