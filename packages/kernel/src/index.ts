// What every package stands on: errors, the caller's context, ids, SQL fragments, given values, a bounded cache, the logger.
export { BoundedCache } from './bounded-cache.ts';
export { registry, type ErrorCode } from './error-registry/registry.ts';
export { TesseraError, fail, failAll, problem, type Problem, type ProblemPlace } from './errors.ts';
export { isoNow, type Actor, type Clock, type Context } from './context.ts';
export { Given, isGivable, withoutGivens, type GivenValue } from './given.ts';
export { isUuid, uuidv7Source, type IdSource } from './ids.ts';
export { silentLogger, type Logger } from './logger.ts';
export { Slot, Sql, bind, emptySql, ident, join, keyword, quoteIdent, slot, sql, textLiteral, toStatement, type Statement } from './sql.ts';
