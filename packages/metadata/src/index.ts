// Metadata: from JSON in layers to the frozen Model that everything else is compiled from.

// The Model and its parts.
export type * from './model.ts';
export { buildModel, rewriteRenames, type Built } from './resolve/build.ts';
export { resolveMigrations, type Migrations } from './resolve/migrations.ts';
export type { FormerFieldModel, MigrationModel, NewKeyModel, OptionMap } from './migration-models.ts';
export { resolveApprovalAgainst, resolveAutomationAgainst } from './resolve/against.ts';
export { diff, type Change } from './diff.ts';
export { movedWords } from './moved-words.ts';
export { canonicalJson, contentHash } from './canonical.ts';
export { byOrder } from './order.ts';

// Layers of files, and the schemas' view of one file.
export { fileOf, type FileKind, type KeptPart, type Layer } from './layers/layer.ts';
export { upgradeLayers, type Choice, type Conflict, type Upgrade, type UpgradeInput } from './upgrade/upgrade.ts';
export { promoteLayers, type PromotionInput } from './upgrade/promote.ts';
export { componentKinds, folderKinds, folderOf, kindWord, type ComponentKind, type FolderKind } from './kinds.ts';
export { checkFile } from './schema-check.ts';

// Data, scenarios and fixtures as they are written: no part of the Model.
export type {
  DataEventJson,
  DataJson,
  FixtureJson,
  ScenarioActJson,
  ScenarioAggregateJson,
  ScenarioApprovalExpectationJson,
  ScenarioAtOnceJson,
  ScenarioChangeJson,
  ScenarioClockJson,
  ScenarioCountJson,
  ScenarioExpectationJson,
  ScenarioImportJson,
  ScenarioJson,
  ScenarioMessageJson,
  ScenarioNotificationJson,
  ScenarioPersonJson,
  ScenarioRecordExpectationJson,
  ScenarioRecordJson,
  ScenarioRefusalJson,
  ScenarioStepJson,
} from './generated/types.ts';

// Field types: columns, values, JSON Schemas, filters.
export { isSettable } from './system-fields.ts';
export { fieldTypes, type Coerced, type FieldType, type FilterOperator, type JsonSchema } from './field-types/index.ts';
export { addDecimals, compareDecimals, negateDecimal, parseDecimal, roundHalfUp } from './decimal.ts';

// Texts with placeholders, and schedules.
export { parseText, placeInText, type ParsedText, type TextPiece } from './placeholders.ts';
export { nextTurn, type Schedule } from './cron.ts';

// Names on every surface.
export { lookupColumn, snakeCase, systemFieldNames, typeName } from './names.ts';
export { ruleScope } from './model-scope.ts';
export { historyName, type HistoryWord } from './kept/parts.ts';
