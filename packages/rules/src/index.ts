// Typed JSON-Logic: one rule language that means the same in JavaScript and in SQL.
//
// A rule is JSON until `checkRule` has made it an Expression: every name resolved, every type known, every problem reported at its pointer.
// From there `toSql` and `toJs` compile it, `dependencies` says what it reads, and `operators` describes the language.

// The typed expression, and what the checker asks of the metadata.
export type {
  AccessExpression,
  AccessTest,
  AggregateExpression,
  AggregateFunction,
  AggregateSource,
  CallExpression,
  Catalog,
  CatalogField,
  CatalogRelation,
  Expression,
  GivenExpression,
  LiteralExpression,
  PathExpression,
  PathRoot,
  PathStep,
  ReadingSlot,
  RuleType,
  SortKey,
  TextForm,
  Value,
} from './expression.ts';

// Checking.
export { checkAggregate, checkCondition, checkRule, type Checked } from './check.ts';
export type { Outcome, RuleScope } from './checking/scope.ts';
export { describeType, fits, pathText, sameType, withoutOptions } from './types.ts';

// "Did you mean".
export { nearest } from './names.ts';

// Given values, which statements get when they run.
export { GivenSlot } from './given-slot.ts';

// Compiling.
export { ruleSlots, type JsEnvironment, type SqlEnvironment } from './environment.ts';
export { conditionSql, sortSql, toSql } from './sql.ts';
export { sqlType } from './sql-parts.ts';
export { toJs } from './javascript.ts';

// Aggregates: the functions over members' values, for those who fetch the members.
export { aggregateSql, aggregateValues, compareMembers } from './aggregates.ts';

// Placing: conditions joined, moved to another frame, taken out again.
export { allOf, always, anyOf, reframed, withOutcomesPlaced, withoutPlaced, type Rooted } from './placing.ts';

// Facts.
export { dependencies, walk, type Dependencies } from './facts.ts';
export { readsFrame } from './reads-frame.ts';

// Working time, for clocks and time-outs: the same as rules count.
export { WorkCalendar, type WorkCalendarSource, type WorkHours } from './work-calendar.ts';
export { addWorkingTime, parseWorkDuration, workingMsBetween, type WorkDuration } from './working-time.ts';

// What is written as text: durations, zones.
export { isZone, parseDuration, type Duration } from './calendar.ts';
export { addDuration, instantOn, negated } from './instants.ts';
export { seriesDates, type DateSeries, type SeriesDate } from './series.ts';

// The language itself, for references and editors.
export { dateMacros } from './operators/spans.ts';
export { families, operators } from './operators/table.ts';
export type { Example, Operator } from './operators/operator.ts';

// Exact decimals, for those who hold them as text.
export {
  add as addDecimals,
  compareDecimals,
  formatDecimal,
  negate as negateDecimal,
  parseDecimal,
  roundDecimal,
  type Decimal,
} from './decimal.ts';
