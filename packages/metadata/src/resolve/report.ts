// Collects the mistakes that resolving finds, each told at the file and pointer where it was written.
import { problem, type ErrorCode, type Problem } from '@tessera/kernel';
import { componentId } from '../layers/components.ts';
import type { ComponentKind } from '../kinds.ts';
import type { Provenance } from '../layers/provenance.ts';

/** The mistakes of one component. */
export interface Report {
  add(pointer: string, code: ErrorCode, params: Readonly<Record<string, unknown>>): void;
  /** Problems whose pointers are relative to `pointer`. */
  addAll(pointer: string, problems: readonly Problem[]): void;
  /** The layer that brought the part at `pointer`. */
  originOf(pointer: string): string;
  /** Whether a layer took away what was at `pointer`. */
  wasRemoved(pointer: string): boolean;
}

export class Reports {
  readonly problems: Problem[] = [];
  readonly #provenance: Provenance;

  constructor(provenance: Provenance) {
    this.#provenance = provenance;
  }

  /** Of what nobody wrote: whoever asked for it is told. */
  unheard(kind: ComponentKind, name: string): Report {
    const nobody = (): void => undefined;
    return { ...this.for(kind, name), add: nobody, addAll: nobody };
  }

  for(kind: ComponentKind, name: string): Report {
    const id = componentId(kind, name);
    const provenance = this.#provenance;
    const place = (pointer: string): { readonly file: string; readonly pointer: string } => {
      const origin = provenance.find(id, pointer);
      return { file: origin?.file ?? id, pointer: origin?.pointer ?? pointer };
    };
    return {
      add: (pointer, code, params) => void this.problems.push(problem(code, params, place(pointer))),
      addAll: (pointer, problems) => {
        for (const found of problems) this.problems.push({ ...found, ...place(pointer + (found.pointer ?? '')) });
      },
      originOf: (pointer) => provenance.definedBy(id, pointer) ?? 'platform',
      wasRemoved: (pointer) => provenance.removal(id, pointer) !== undefined,
    };
  }
}
