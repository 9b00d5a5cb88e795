// Puts beside the objects what components ask the platform to keep.
import { problem, type Problem } from '@tessera/kernel';
import { componentId, type Components } from '../layers/components.ts';
import type { Provenance } from '../layers/provenance.ts';
import { kindWord } from '../kinds.ts';
import { asJson, historyName, historySource, type Asker, type HistoryWord, type Json, type JsonMap, type KeptParts } from './parts.ts';
import { approvalParts } from './approval-parts.ts';
import { clockParts } from './clock-parts.ts';
import { poolParts } from './pool-parts.ts';
import { stageParts } from './stage-parts.ts';

/** Only what is kept is read of these; what is wrong with it is told where it is resolved. */
type Sources = Readonly<
  Record<
    'object' | 'stageFlow' | 'clock' | 'calendar' | 'parameter' | 'pool' | 'assignmentRule' | 'sharingRule' | 'approvalProcess',
    JsonMap
  >
>;

/** The one list of who asks. */
const partsOf = ({
  object,
  stageFlow,
  clock,
  calendar,
  parameter,
  pool,
  assignmentRule,
  approvalProcess,
}: Sources): readonly KeptParts[] => [
  ...stageParts(object, stageFlow, parameter),
  ...clockParts(object, clock, calendar),
  ...poolParts(object, pool, assignmentRule),
  ...approvalParts(object, approvalProcess),
];

/** An object, a field of one, or a sharing rule. */
interface Part {
  readonly kind: 'object' | 'sharingRule';
  readonly name: string;
  readonly field?: string;
  readonly asker: Asker;
}

interface Added {
  readonly objects: JsonMap;
  readonly sharingRules: JsonMap;
  /** What came by whom. */
  readonly by: readonly Part[];
  /** What has its name already. */
  readonly taken: readonly Part[];
}

const pointerOf = ({ field }: Part): string => (field === undefined ? '' : `/fields/${field}`);

const wordsOf = ({ kind, name, field }: Part): string =>
  field === undefined ? `the ${kindWord(kind)} ${name}` : `the field ${name}.${field}`;

function add(sources: Sources): Added {
  const objects: Record<string, Json> = { ...sources.object };
  const sharing: Record<string, Json> = { ...sources.sharingRule };
  const by: Part[] = [];
  const taken: Part[] = [];
  const note = (part: Part, isFree: boolean): boolean => {
    (isFree ? by : taken).push(part);
    return isFree;
  };
  for (const { object, fields, histories, sharingRules = [] } of partsOf(sources)) {
    const source = asJson(objects[object]);
    const known = asJson(source['fields']);
    const fresh = Object.entries(fields).filter(([field, { asker }]) =>
      note({ kind: 'object', name: object, field, asker }, !Object.hasOwn(known, field)),
    );
    objects[object] = { ...source, fields: { ...known, ...Object.fromEntries(fresh.map(([field, kept]) => [field, kept.source])) } };
    for (const [word, history] of Object.entries(histories) as [HistoryWord, NonNullable<KeptParts['histories'][HistoryWord]>][]) {
      const name = historyName(object, word);
      if (note({ kind: 'object', name, asker: history.asker }, !Object.hasOwn(objects, name)))
        objects[name] = historySource(object, source, word, history);
    }
    for (const { source: rule, asker } of sharingRules) {
      const name = String(rule['name']);
      if (note({ kind: 'sharingRule', name, asker }, !Object.hasOwn(sharing, name))) sharing[name] = rule;
    }
  }
  return { objects, sharingRules: sharing, by, taken };
}

/** The objects with what is kept beside them. */
export const withKept = (sources: Sources): JsonMap => add(sources).objects;

/**
 * The same in place, with where each part comes from; gives what is wrong with their names.
 * @param switchedOff approval processes among them: their histories stay
 */
export function keep(components: Components, provenance: Provenance, switchedOff: Components): readonly Problem[] {
  const approvalProcess = { ...switchedOff.approvalProcess, ...components.approvalProcess };
  const { objects, sharingRules, by, taken } = add({ ...components, approvalProcess });
  for (const part of by) {
    const { asker } = part;
    const origin = provenance.find(componentId(asker.kind, asker.name), asker.pointer);
    const place = { layer: 'platform', file: origin?.file ?? '', pointer: origin?.pointer ?? asker.pointer, whole: true };
    provenance.set(componentId(part.kind, part.name), pointerOf(part), place);
  }
  Object.assign(components.object, objects);
  Object.assign(components.sharingRule, sharingRules);
  return taken.map((part) => {
    const { asker } = part;
    const first = provenance.definedBy(componentId(part.kind, part.name), pointerOf(part)) ?? 'another layer';
    const reason = `The ${kindWord(asker.kind)} ${asker.name} keeps what happens in ${wordsOf(part)}, which ${first} has already. Give that one another name.`;
    const origin = provenance.find(componentId(asker.kind, asker.name), asker.pointer);
    return problem('METADATA_REFERENCE_UNFIT', { reason }, { file: origin?.file ?? '', pointer: origin?.pointer ?? '' });
  });
}
