// Records within answers of our own making (results of writes, events): what to ask of them, and where each comes out.
import type { SelectionRequest } from '@tessera/engine';
import { memberTexts } from './json-text.ts';

/**
 * Gathers the selections of one record that is shown at several places of an answer. The record is read once; with one place its text
 * is taken as it is, with several it is an object of them.
 */
export class Returned {
  readonly #places: (readonly SelectionRequest[])[] = [];

  /** Asks for selections; the number is what `text` takes. */
  add(selections: readonly SelectionRequest[]): number {
    this.#places.push(selections);
    return this.#places.length - 1;
  }

  /** Undefined where nothing of the record is shown. */
  get selections(): readonly SelectionRequest[] | undefined {
    const [only] = this.#places;
    if (this.#places.length <= 1) return only;
    return this.#places.map((selections, i) => ({ kind: 'object', as: `r${String(i)}`, selections }));
  }

  /** A place's JSON text in what was read. */
  text(record: string | null | undefined, place: number): string {
    if (record === null || record === undefined || record === 'null') return 'null';
    return this.#places.length === 1 ? record : (memberTexts(record).get(`r${String(place)}`) ?? 'null');
  }
}
