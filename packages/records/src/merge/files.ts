// Files of records that are merged: what the one record takes over, the other holds in exchange, so that nothing is lost.
import type { ObjectModel } from '@tessera/metadata';
import { claimFilesStatement, type FileClaim, type RecordValues } from '@tessera/storage';
import type { WriteSession } from '../session.ts';

export interface FileExchange {
  readonly field: string;
  readonly winner: { readonly id: string; readonly file: unknown };
  readonly loser: { readonly id: string; readonly file: unknown };
}

/** Each file becomes that of the other record. */
export async function exchangeFiles(session: WriteSession, object: ObjectModel, exchanges: readonly FileExchange[]): Promise<void> {
  const claims = exchanges.flatMap(({ field, winner, loser }): FileClaim[] => [
    ...(typeof loser.file === 'string' ? [{ id: loser.file, recordId: winner.id, field }] : []),
    ...(typeof winner.file === 'string' ? [{ id: winner.file, recordId: loser.id, field }] : []),
  ]);
  if (claims.length > 0) await session.transaction.query(claimFilesStatement(session.target.schema, object.name, claims));
}

/** The files among values that the winner takes from a loser. */
export function exchangesOf(
  object: ObjectModel,
  {
    winner,
    from,
    records,
  }: { readonly winner: string; readonly from: (field: string) => string | undefined; readonly records: ReadonlyMap<string, RecordValues> },
  values: RecordValues,
): readonly FileExchange[] {
  return Object.keys(values).flatMap((field): FileExchange[] => {
    const loser = from(field);
    if (object.fields[field]?.file === undefined || loser === undefined) return [];
    return [{ field, winner: { id: winner, file: records.get(winner)?.[field] }, loser: { id: loser, file: records.get(loser)?.[field] } }];
  });
}
