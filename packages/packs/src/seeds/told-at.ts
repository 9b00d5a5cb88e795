// Says where in the files of a pack it stands what its data are refused for.
import { TesseraError, type Problem } from '@tessera/kernel';
import type { DataSet } from './sets.ts';

export const fileOf = ({ pack, name }: Pick<DataSet, 'pack' | 'name'>): string => `${pack}/data/${name}.json`;

/** What is nobody's mistake stands in no file. */
const isMistake = (error: unknown): error is TesseraError => error instanceof TesseraError && error.status < 500;

/**
 * Does something for a part of a set; what it fails with says where in the set's file that stands.
 * @param at pointer of the part, which those of problems within it begin with
 */
export async function toldAt<T>(set: DataSet, at: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isMistake(error)) throw error;
    const { code, message, params, pointer, problems } = error;
    const whole: Problem = { code, message, params, ...(pointer === undefined ? {} : { pointer }) };
    const placed = (problems.length === 0 ? [whole] : problems).map((each): Problem => {
      if (each.file !== undefined) return each;
      const own = each.pointer?.startsWith(at) === true ? each.pointer : at;
      return { ...each, file: fileOf(set), pointer: own };
    });
    throw new TesseraError(whole, placed, error);
  }
}
