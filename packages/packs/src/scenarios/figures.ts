// Figures over records as somebody sees them.
import type { ScenarioAggregateJson } from '@tessera/metadata';
import { isLike, type Mismatch } from './compare.ts';
import type { Play } from './play.ts';
import { entriesOf } from './read.ts';
import type { Figures, Values } from './sandbox.ts';

function figuresOf(play: Play, { object, where, groupBy, measures }: ScenarioAggregateJson): Figures {
  const groups = entriesOf(groupBy).map(
    ([name, { path, bucket }]) => [name, { path, ...(bucket === undefined ? {} : { bucket }) }] as const,
  );
  const figures = entriesOf(measures).map(([name, { function: how, path, where: among }]) => {
    const rest = { ...(path === undefined ? {} : { path }), ...(among === undefined ? {} : { where: play.rule(among) }) };
    return [name, { function: how, ...rest }] as const;
  });
  return {
    object,
    ...(where === undefined ? {} : { where: play.rule(where) }),
    groupBy: Object.fromEntries(groups),
    measures: Object.fromEntries(figures),
  };
}

/** Rows that come out are told by their groups; each must be as expected, and there must be no other. */
export async function aggregate(play: Play, step: ScenarioAggregateJson): Promise<readonly Mismatch[]> {
  const found = await (await play.as(step.as)).aggregate(figuresOf(play, step));
  const expected = entriesOf(step.rows).map(([key, row]) => [key, play.values('', row)] as const);
  const groups = entriesOf(step.groupBy).map(([name]) => name);
  const isOf = (row: Values, other: Values): boolean => groups.every((name) => isLike(row[name] ?? null, other[name] ?? null));
  const wrong = expected.flatMap(([key, row]): readonly Mismatch[] => {
    const meant = found.find((each) => isOf(row, each));
    if (meant === undefined) return [{ what: `row ${key}`, expected: row, found: 'there is no such row' }];
    return isLike(row, meant) ? [] : [{ what: `row ${key}`, expected: row, found: meant }];
  });
  const others = found.filter((row) => !expected.some(([, each]) => isOf(each, row)));
  return [...wrong, ...others.map((row) => ({ what: 'rows', expected: 'no other row', found: row }))];
}
