// Components that are the options of picklists (`optionsOf`).
import type { ChoiceKind, Effective, GrantSetSource, OptionSource } from '../effective.ts';
import type { Components } from '../layers/components.ts';

/** Options by the kind of components that they are. */
export type Choices = Readonly<Record<ChoiceKind, Readonly<Record<string, OptionSource>>>>;

/** Sorts by label, those of the same label by name. */
const sortKey = ({ label, name }: GrantSetSource): string => `${label['en'] ?? Object.values(label)[0] ?? ''}\n${name}`;

/** In the order of their labels. What is switched off may stay on records, but not be chosen anew. */
export function choicesOf(effective: Effective, switchedOff: Components): Choices {
  // The schemas have held what is switched off to its shape, too.
  const off = switchedOff as unknown as Effective;
  const choices = (kind: ChoiceKind): Record<string, OptionSource> => {
    const components = [
      ...Object.values(effective[kind]).map((source) => ({ source, active: true })),
      ...Object.values(off[kind]).map((source) => ({ source, active: false })),
    ];
    components.sort((a, b) => (sortKey(a.source) < sortKey(b.source) ? -1 : 1));
    return Object.fromEntries(
      components.map(({ source: { name, label, renamedFrom }, active }, order) => [
        name,
        { label, order, active, ...(renamedFrom === undefined ? {} : { renamedFrom }) },
      ]),
    );
  };
  return { role: choices('role'), permissionSet: choices('permissionSet') };
}
