// Puts the texts of a translation file into the labels of the components they name.
import { problem, type Problem } from '@tessera/kernel';
import { known } from '../known.ts';
import { folderKinds, folderOf, kindInFolder, kindWord } from '../kinds.ts';
import type { Components } from './components.ts';
import { isJsonObject } from './merge.ts';
import { escapePointer } from './provenance.ts';

type Json = Readonly<Record<string, unknown>>;

/** In these maps a plain text stands for the one text that an entry has. */
export const textOfEntry: Readonly<Record<string, string>> = {
  validationRules: 'message',
  keys: 'message',
  options: 'label',
  moves: 'message',
  enter: 'message',
  leave: 'message',
};

/** Properties whose value has texts of its own. */
export const partsWithTexts: ReadonlySet<string> = new Set(['team', 'trigger', 'button', 'inApp', 'email', 'skip', 'back', 'reopen']);

/** What an entry of a map within a component is called in a message. */
const partWords: Readonly<Record<string, string>> = {
  fields: 'field',
  options: 'option',
  recordTypes: 'record type',
  keys: 'key',
  validationRules: 'validation rule',
  sections: 'section',
  relatedLists: 'related list',
  items: 'item',
  steps: 'step',
  otherwise: 'step',
  cases: 'case',
  branches: 'branch',
  inputs: 'input',
  stages: 'stage',
  moves: 'move',
  enter: 'condition',
  leave: 'condition',
  tasks: 'task',
  thresholds: 'threshold',
  criteria: 'criterion',
  reasons: 'reason',
  recycle: 'way back',
  rules: 'rule',
  targets: 'target',
};

/** What an entry of a map is called in a message. */
function wordOf(map: string): string {
  const kind = kindInFolder(map);
  return kind === undefined ? (partWords[map] ?? map) : kindWord(kind);
}

interface Walk {
  readonly language: string;
  readonly file: string;
  readonly problems: Problem[];
}

function withText(component: Json, property: string, text: string, language: string): Json {
  const label = component[property];
  return { ...component, [property]: { ...(isJsonObject(label) ? label : {}), [language]: text } };
}

function translateMap(map: Json, texts: Json, property: string, walk: Walk, pointer: string): Json {
  const result: Record<string, unknown> = { ...map };
  for (const [key, text] of Object.entries(texts)) {
    const entry = Object.hasOwn(map, key) ? map[key] : undefined;
    const at = `${pointer}/${escapePointer(key)}`;
    if (!isJsonObject(entry)) {
      walk.problems.push(
        problem(
          'METADATA_REFERENCE_MISSING',
          { kind: wordOf(property), name: key, where: '', known: known(Object.keys(map), key) },
          { file: walk.file, pointer: at },
        ),
      );
    } else if (typeof text === 'string') {
      result[key] = withText(entry, textOfEntry[property] ?? 'label', text, walk.language);
    } else if (isJsonObject(text)) {
      result[key] = translateComponent(entry, text, walk, at);
    }
  }
  return result;
}

function translateComponent(component: Json, texts: Json, walk: Walk, pointer: string): Json {
  let result = component;
  for (const [property, text] of Object.entries(texts)) {
    const at = `${pointer}/${escapePointer(property)}`;
    if (property === 'description') continue;
    if (typeof text === 'string') result = withText(result, property, text, walk.language);
    else if (partsWithTexts.has(property) && isJsonObject(text)) {
      const part = result[property];
      result = { ...result, [property]: translateComponent(isJsonObject(part) ? part : {}, text, walk, at) };
    } else if (isJsonObject(text)) {
      const map = result[property];
      result = { ...result, [property]: translateMap(isJsonObject(map) ? map : {}, text, property, walk, at) };
    }
  }
  return result;
}

/** Changes `components` in place; texts for things that are not there are problems. */
export function translate(components: Components, content: Json, file: string): readonly Problem[] {
  const walk: Walk = { language: String(content['language']), file, problems: [] };
  for (const kind of folderKinds) {
    const folder = folderOf(kind);
    const texts = content[folder];
    if (!isJsonObject(texts)) continue;
    Object.assign(components[kind], translateMap(components[kind], texts, folder, walk, `/${folder}`));
  }
  return walk.problems;
}
