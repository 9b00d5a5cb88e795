// Secrets of a change that was held: they are sealed already, and are written as they are.
import type { ObjectModel } from '@tessera/metadata';

/** What a secret field is stored as. No caller can give one. */
export class SealedText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The input of a held change as it is written when it is agreed to: as it was given, its secrets as they were stored. */
export function heldInput({ fields }: ObjectModel, input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(input).map(([name, given]) => {
      const isSecret = Object.hasOwn(fields, name) && fields[name]?.wire === 'secret';
      return [name, isSecret && typeof given === 'string' ? new SealedText(given) : given] as const;
    }),
  );
}
