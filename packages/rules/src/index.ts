// Typed JSON-Logic: one rule language that means the same in JavaScript and in SQL.
export type {
  AggregateExpression,
  AggregateFunction,
  AggregateSource,
  CallExpression,
  Catalog,
  CatalogField,
  CatalogRelation,
  Expression,
  LiteralExpression,
  PathExpression,
  PathRoot,
  PathStep,
  RuleType,
  SortKey,
  Value,
} from './expression.ts';
