// The one door through which every read goes: the query as far as the policy lets it go.
import type { RootQuery } from '@tessera/storage';
import { allOf, reframed, type Expression } from '@tessera/rules';
import { RuleRestriction, type Restricting } from './restrict-expression.ts';
import { QueryRestriction } from './restrict-selection.ts';

function restricted(queries: QueryRestriction, root: RootQuery): RootQuery {
  switch (root.kind) {
    case 'constant':
      return root;
    case 'list':
      return { ...root, list: queries.list(root.list), parts: queries.parts(root.list.object, root.parts) };
    case 'aggregate':
      return { ...root, aggregate: queries.aggregate(root.aggregate) };
    case 'record':
    case 'records': {
      queries.deleted(root.object, root.kind === 'record' ? root.deleted : undefined);
      if (root.kind === 'record' && 'key' in root.by) {
        for (const field of Object.keys(root.by.key)) queries.rules.readable({ object: root.object, field });
      }
      const { where: asked, ...rest } = root;
      const where = queries.rules.where(root.object, asked);
      return { ...rest, ...(where === undefined ? {} : { where }), selections: queries.selections(root.object, root.selections) };
    }
  }
}

/**
 * Adds to a read what the policy asks: conditions on records wherever records come from (roots, lookups, children, aggregates, paths of rules), masks,
 * and computed fields as the person is to see them. An administrator's read stays as it is.
 *
 * The person's view of the Model knows no other names; this is the second lock behind it.
 *
 * @param access the whole Model, not the view
 * @throws OBJECT_UNKNOWN, FIELD_UNKNOWN, RELATION_UNKNOWN for what does not exist for the person, PERMISSION_DENIED for the bin
 */
export function restrict(access: Restricting, roots: readonly RootQuery[]): readonly RootQuery[] {
  if (access.policy.administrator) return roots;
  const queries = new QueryRestriction(access);
  return roots.map((root) => restricted(queries, root));
}

/** A rule that stands on its own, as a policy lets it be worked out. Throws as `restrict`; an administrator's stays as it is. */
export function restrictRule(access: Restricting, rule: Expression): Expression {
  return access.policy.administrator ? rule : new RuleRestriction(access).rule(rule);
}

/** A condition over records of an object in a frame, as far as they are seen. Undefined: all records are meant. */
export function restrictCondition(
  access: Restricting,
  { object, frame, where }: { readonly object: string; readonly frame: number; readonly where: Expression | undefined },
): Expression | undefined {
  if (access.policy.administrator) return where;
  const rules = new RuleRestriction(access);
  const seen = rules.seen(object);
  const parts = [seen && reframed(seen, frame), where && rules.rule(where)].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : allOf(parts);
}
