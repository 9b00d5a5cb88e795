// Imports a file: opens it, goes on where an earlier run was broken off, writes chunk by chunk, links what was deferred.
import { fail, TesseraError } from '@tessera/kernel';
import { canonicalJson } from '@tessera/metadata';
import { openCsv } from './csv-rows.ts';
import { settleDeferred } from './deferred.ts';
import { endImport, readImport, startImport, type ImportBook, type ImportState } from './journal.ts';
import { compileMapping, type MappingPlan } from './mapping.ts';
import { openNdjson } from './ndjson-rows.ts';
import { Rehearsal } from './rehearsal.ts';
import { importStatus } from './report.ts';
import { RunningImport } from './running.ts';
import { noCounts, type ImportDeps, type ImportInput, type ImportStatus, type Source, type SourceRow } from './types.ts';

const defaultChunk = 500;

/** A chunk of long rows ends early, so that memory stays bounded. */
const chunkCharacters = 4_194_304;

function sizeOf({ cells }: SourceRow): number {
  return cells.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? cell.length : 16), 0);
}

async function* chunks(rows: AsyncIterable<SourceRow>, most: number): AsyncGenerator<readonly SourceRow[], void, undefined> {
  let chunk: SourceRow[] = [];
  let size = 0;
  for await (const row of rows) {
    chunk.push(row);
    size += sizeOf(row);
    if (chunk.length < most && size < chunkCharacters) continue;
    yield chunk;
    chunk = [];
    size = 0;
  }
  if (chunk.length > 0) yield chunk;
}

/** What an import was begun with must be what it goes on with. */
function checkSame(state: ImportState, input: ImportInput, book: ImportBook): void {
  const refuse = (reason: string): Error => fail('IMPORT_DIFFERS', { reason });
  if (state.object !== input.object) throw refuse(`it was begun for ${state.object}.`);
  if (canonicalJson(state.book.mapping) !== canonicalJson(book.mapping) || state.book.by !== book.by)
    throw refuse('its mapping was another.');
  if (canonicalJson(state.book.columns) !== canonicalJson(book.columns)) throw refuse('the columns of the file are others.');
}

async function begin(deps: ImportDeps, input: ImportInput, plan: MappingPlan, source: Source): Promise<RunningImport> {
  const { context, database } = deps;
  const book: ImportBook = { mapping: JSON.parse(JSON.stringify(input.mapping)) as unknown, by: input.by ?? null, columns: source.columns };
  if (input.resume !== undefined) {
    const state = await readImport(database, database.schema, input.resume);
    checkSame(state, input, book);
    return new RunningImport(deps, input, plan, state, (await importStatus(database, input.resume)).rejects);
  }
  const fresh = { id: context.newId(), object: input.object, status: 'running', position: 0, counts: noCounts, digest: '' } as const;
  const running = new RunningImport(deps, input, plan, { ...fresh, book, createdBy: context.actor.userId }, []);
  running.state = { ...running.state, digest: running.digest() };
  if (!running.dryRun) await startImport(database, database.schema, running.state, running.at);
  return running;
}

/** The rows after the position. Those before must be the same as when they were written. */
async function* rowsLeft(running: RunningImport, source: Source): AsyncGenerator<SourceRow, void, undefined> {
  const { position, digest } = running.state;
  const rows = source.rows[Symbol.asyncIterator]();
  let next = await rows.next();
  for (; next.done !== true && next.value.row <= position; next = await rows.next()) running.skip(next.value);
  if (running.digest() !== digest) throw fail('IMPORT_DIFFERS', { reason: 'the part of the file that is done with was another.' });
  for (; next.done !== true; next = await rows.next()) yield next.value;
}

async function runThrough(running: RunningImport, plan: MappingPlan, source: Source): Promise<void> {
  const { deps, input } = running;
  const chunkSize = input.chunkSize ?? defaultChunk;
  const rehearsal = running.dryRun ? new Rehearsal(running, plan) : undefined;
  for await (const chunk of chunks(rowsLeft(running, source), chunkSize)) {
    if (deps.context.signal?.aborted === true) throw fail('REQUEST_CANCELLED', {}, {}, deps.context.signal.reason);
    const accepted = await running.writeChunk(chunk);
    await rehearsal?.note(accepted);
  }
  if (rehearsal === undefined) await settleDeferred(running, chunkSize);
  else await rehearsal.end();
}

/**
 * Imports the rows of a file. A row that is refused leaves the others alone and goes into the report. Each chunk is one transaction in which
 * the import's own position moves on: killed at any point, it is gone on with by `resume`, with the same content, and nothing is done
 * twice. A finished import that is resumed answers its status.
 *
 * A right that is taken meanwhile refuses the rows that are still to come, each with its reason in the report.
 *
 * A dry run rolls every chunk back: what two rows of different chunks would do to each other it does not see.
 *
 * Throws IMPORT_MAPPING_INVALID and what `compileMapping` throws, before anything is written; IMPORT_UNREADABLE in the middle of a file
 * that ends in the wrong way; IMPORT_DIFFERS, IMPORT_TAKEN, IMPORT_NOT_FOUND on resuming. After a failure in the middle the status is `failed`,
 * and what was committed stays.
 */
export async function importRecords(deps: ImportDeps, input: ImportInput): Promise<ImportStatus> {
  const plan = compileMapping(deps.model, input);
  const source = plan.format === 'csv' ? await openCsv(input.content, plan) : openNdjson(input.content, plan);
  try {
    const running = await begin(deps, input, plan, source);
    return running.state.status === 'done' ? running.status('done') : await runAndEnd(running, plan, source);
  } finally {
    await source.close();
  }
}

async function runAndEnd(running: RunningImport, plan: MappingPlan, source: Source): Promise<ImportStatus> {
  const { context, database } = running.deps;
  const { id } = running.state;
  try {
    await runThrough(running, plan, source);
    if (running.dryRun) return running.status();
    await endImport(database, database.schema, id, 'done', running.at);
    return running.status('done');
  } catch (error) {
    const taken = error instanceof TesseraError && error.code === 'IMPORT_TAKEN';
    if (!running.dryRun && !taken) {
      // The first failure is what the caller must hear of.
      await endImport(database, database.schema, id, 'failed', running.at).catch((second: unknown) => {
        context.log.warn({ import: id, error: second }, 'The status of a failed import could not be written.');
      });
    }
    throw error;
  }
}
