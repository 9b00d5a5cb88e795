// References to other components by name: there, switched off, or missing.
import type { Components } from '../layers/components.ts';
import { kindWord, type ComponentKind } from '../kinds.ts';
import { known } from '../known.ts';
import type { Report } from './report.ts';

export const switchedOffHint = 'It is switched off: switch off what refers to it too, or leave it on.';

export class References {
  readonly #present: Components;
  readonly #switchedOff: Components;

  constructor(present: Components, switchedOff: Components) {
    this.#present = present;
    this.#switchedOff = switchedOff;
  }

  /** The source of a component that is there. */
  source(kind: ComponentKind, name: string): Readonly<Record<string, unknown>> | undefined {
    return Object.hasOwn(this.#present[kind], name) ? this.#present[kind][name] : undefined;
  }

  /** The object that a component says it is about. */
  objectOf(kind: ComponentKind, name: string): string | undefined {
    const object = Object.hasOwn(this.#present[kind], name) ? this.#present[kind][name]?.['object'] : undefined;
    return typeof object === 'string' ? object : undefined;
  }

  /** A component as it is written; undefined where there is none. */
  get(kind: ComponentKind, name: string): Readonly<Record<string, unknown>> | undefined {
    return Object.hasOwn(this.#present[kind], name) ? this.#present[kind][name] : undefined;
  }

  /** Whether a component is there; else its absence is told. */
  has(kind: ComponentKind, name: string, report: Report, pointer: string): boolean {
    if (Object.hasOwn(this.#present[kind], name)) return true;
    const hint = Object.hasOwn(this.#switchedOff[kind], name) ? switchedOffHint : known(Object.keys(this.#present[kind]), name);
    report.add(pointer, 'METADATA_REFERENCE_MISSING', { kind: kindWord(kind), name, where: '', known: hint });
    return false;
  }
}
