// Components that are the options of picklists (`optionsOf`).
import type { ChoiceKind, Effective, OptionSource } from '../effective.ts';
import type { Label } from '../label.ts';
import type { Components } from '../layers/components.ts';

/** Options by the kind of components that they are. */
export type Choices = Readonly<Record<ChoiceKind, Readonly<Record<string, OptionSource>>>>;

interface ChoiceSource {
  readonly name: string;
  readonly label?: Label;
  readonly renamedFrom?: readonly string[];
}

const labelOf = ({ label, name }: ChoiceSource): Label => label ?? { en: name };

/** Sorts by label, those of the same label by name. */
function sortKey(source: ChoiceSource): string {
  const label = labelOf(source);
  return `${label['en'] ?? Object.values(label)[0] ?? ''}\n${source.name}`;
}

/** In the order of their labels. What is switched off may stay on records, but not be chosen anew. */
export function choicesOf(effective: Effective, switchedOff: Components): Choices {
  // The schemas have held what is switched off to its shape, too.
  const off = switchedOff as unknown as Effective;
  const choices = (kind: ChoiceKind): Record<string, OptionSource> => {
    const [on, away]: readonly Readonly<Record<string, ChoiceSource>>[] = [effective[kind], off[kind]];
    const components = [
      ...Object.values(on ?? {}).map((source) => ({ source, active: true })),
      ...Object.values(away ?? {}).map((source) => ({ source, active: false })),
    ];
    components.sort((a, b) => (sortKey(a.source) < sortKey(b.source) ? -1 : 1));
    return Object.fromEntries(
      components.map(({ source, active }, order) => {
        const { name, renamedFrom } = source;
        return [name, { label: labelOf(source), order, active, ...(renamedFrom === undefined ? {} : { renamedFrom }) }];
      }),
    );
  };
  return { role: choices('role'), permissionSet: choices('permissionSet'), approvalProcess: choices('approvalProcess') };
}
