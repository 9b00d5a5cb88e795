// What is no mistake in a pack, and yet seldom meant: unused fields, missing texts, conversions that repeat, processes without a test.
import { problem, type Problem } from '@tessera/kernel';
import {
  folderKinds,
  folderOf,
  kindWord,
  type ConversionModel,
  type ConversionTargetModel,
  type FolderKind,
  type Layer,
  type Model,
} from '@tessera/metadata';
import { dependencies } from '@tessera/rules';

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const asJson = (value: unknown): Json => (isJson(value) ? value : {});

/** Files in which a name does not mean that anything is made of the field: texts, data, rights, tests. */
const silent = /^(translations|data|migrations|roles|permissionSets|tests|fixtures)\//;

const texts: ReadonlySet<string> = new Set(['label', 'pluralLabel', 'help', 'message', 'description', '$comment']);

function addWords(value: unknown, words: Map<string, number>): void {
  const add = (text: string): void => {
    for (const word of text.split(/[^A-Za-z0-9_]+/)) words.set(word, (words.get(word) ?? 0) + 1);
  };
  if (typeof value === 'string') add(value);
  else if (Array.isArray(value)) for (const item of value) addWords(item, words);
  else if (isJson(value)) {
    for (const [key, entry] of Object.entries(value)) {
      // Texts for people name no field; a field that is called like them is an object with a type.
      if (texts.has(key) && asJson(entry)['type'] === undefined) continue;
      add(key);
      addWords(entry, words);
    }
  }
}

/** The fields that a file brings, by object. */
function fieldsOf(path: string, content: unknown): readonly (readonly [object: string, field: string])[] {
  const { name, extends: target, kind, fields } = asJson(content);
  const object = path.startsWith('objects/')
    ? name
    : path.startsWith('extensions/') && (kind ?? 'object') === 'object'
      ? target
      : undefined;
  if (typeof object !== 'string') return [];
  // An entry with a type brings the field; others change one that is there.
  return Object.entries(asJson(fields)).flatMap(([field, entry]) =>
    asJson(entry)['type'] === undefined ? [] : [[object, field] as const],
  );
}

/** A field whose name stands nowhere but where it is defined, a child relation of it included. */
function unusedFields({ name: pack, files }: Layer): readonly Problem[] {
  const words = new Map<string, number>();
  for (const [path, content] of Object.entries(files)) if (!silent.test(path)) addWords(content, words);
  const isNamed = (word: unknown, atLeast: number): boolean => typeof word === 'string' && (words.get(word) ?? 0) > atLeast;
  return Object.entries(files).flatMap(([path, content]) =>
    fieldsOf(path, content).flatMap(([object, field]): readonly Problem[] => {
      const { inverse } = asJson(asJson(asJson(content)['fields'])[field]);
      if (field === 'name' || isNamed(field, 1) || isNamed(inverse, 1)) return [];
      return [problem('LINT_FIELD_UNUSED', { field: `${object}.${field}` }, { file: `${pack}/${path}`, pointer: `/fields/${field}` })];
    }),
  );
}

/** Types of fields by which somebody is reached. */
const reaching: ReadonlySet<unknown> = new Set(['email', 'phone', 'address']);

/** Fields that masked copies of a tenant would leave as they are, since nobody has said what they hold. */
function unsaidPersonal({ name: pack, files }: Layer): readonly Problem[] {
  return Object.entries(files).flatMap(([path, content]) =>
    fieldsOf(path, content).flatMap(([object, field]): readonly Problem[] => {
      const { type, personal } = asJson(asJson(asJson(content)['fields'])[field]);
      if (!reaching.has(type) || personal !== undefined) return [];
      return [problem('LINT_PERSONAL_UNSAID', { field: `${object}.${field}` }, { file: `${pack}/${path}`, pointer: `/fields/${field}` })];
    }),
  );
}

const labelled: ReadonlySet<string> = new Set(['label', 'pluralLabel', 'help', 'message', 'unit']);
const told: ReadonlySet<string> = new Set([...labelled, 'subject', 'body']);

/** Texts by language within a component, by their pointers. */
function textsIn(value: unknown, keys: ReadonlySet<string>, at = ''): readonly (readonly [pointer: string, byLanguage: Json])[] {
  if (!isJson(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) => {
    const pointer = `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const byLanguage = asJson(entry);
    const words = Object.values(byLanguage);
    // A field may be called so, and has a type.
    const isText =
      keys.has(key) && words.length > 0 && words.every((text) => typeof text === 'string') && !Object.hasOwn(byLanguage, 'type');
    return isText ? [[pointer, byLanguage] as const] : textsIn(entry, keys, pointer);
  });
}

interface Named {
  readonly kind: FolderKind;
  readonly name: string;
  /** Where the pack itself has texts, of a component that it extends; undefined: all of the component. */
  readonly own?: ReadonlySet<string>;
}

/** The component that a file brings or changes. */
function componentIn(path: string, content: Json): Named | undefined {
  const kind = folderKinds.find((each) => path.startsWith(`${folderOf(each)}/`));
  if (kind !== undefined) return { kind, name: String(content['name']) };
  if (!path.startsWith('extensions/')) return undefined;
  const extended = (content['kind'] ?? 'object') as FolderKind;
  return { kind: extended, name: String(content['extends']), own: new Set(textsIn(content, told).map(([pointer]) => pointer)) };
}

/** @param model has what translations say */
function missingTranslations({ name: pack, files }: Layer, model: Model): readonly Problem[] {
  const { languages } = asJson(files['pack.json']);
  const wanted = Array.isArray(languages) ? languages.filter((language) => typeof language === 'string') : ['en'];
  return Object.entries(files).flatMap(([path, content]): readonly Problem[] => {
    const { kind, name, own } = componentIn(path, asJson(content)) ?? {};
    if (kind === undefined || name === undefined) return [];
    // What it says of its own component is told there.
    if (own !== undefined && Object.hasOwn(files, `${folderOf(kind)}/${name}.json`)) return [];
    const texts = textsIn(model.source[kind]?.[name], kind === 'template' ? told : labelled);
    return texts
      .filter(([pointer]) => own?.has(pointer) !== false)
      .flatMap(([pointer, byLanguage]) =>
        wanted
          .filter((language) => !Object.hasOwn(byLanguage, language))
          .map((language) => {
            const params = { what: `${kindWord(kind)} ${name}: ${pointer}`, language };
            return problem('LINT_TRANSLATION_MISSING', params, { file: `${pack}/${path}`, pointer });
          }),
      );
  });
}

const isMadeAnew = ({ by, find, matching, children }: ConversionTargetModel): boolean =>
  (by === undefined && find === undefined && matching === undefined) || children.some(({ object }) => object !== undefined);

/** Whether a record that was converted may be so no more: it is linked, or its condition reads what the conversion may have changed. */
function isOnce({ object, when, targets, set }: ConversionModel, { objects }: Model): boolean {
  if (targets.some((target) => target.link !== undefined && target.when === undefined)) return true;
  if (when === undefined) return false;
  const { paths, aggregates } = dependencies(when);
  return (
    aggregates.length > 0 ||
    paths.some(({ root, steps: [first, further] }) => {
      const field = root === 0 && first !== undefined ? objects[object]?.fields[first.field] : undefined;
      return field !== undefined && (Object.hasOwn(set, field.name) || field.columns.length === 0 || further !== undefined);
    })
  );
}

/** Conversions of which nothing remembers that they have been done, and that make the same records each time. */
function repeatingConversions({ name: pack, files }: Layer, model: Model): readonly Problem[] {
  return Object.values(model.conversions).flatMap((conversion): readonly Problem[] => {
    const path = `conversions/${conversion.name}.json`;
    const made = conversion.targets.filter(isMadeAnew).map(({ name }) => name);
    if (!Object.hasOwn(files, path) || made.length === 0 || isOnce(conversion, model)) return [];
    const params = { conversion: conversion.name, made: made.join(', ') };
    return [problem('LINT_CONVERSION_REPEATS', params, { file: `${pack}/${path}`, pointer: '/targets' })];
  });
}

/** Kinds of what happens by itself. */
const active: readonly FolderKind[] = ['automation', 'approvalProcess', 'stageFlow', 'clock', 'pool', 'conversion'];

/** Processes about whose object no scenario says a word. */
function untested({ name: pack, files }: Layer): readonly Problem[] {
  const words = new Map<string, number>();
  for (const [path, content] of Object.entries(files)) if (path.startsWith('tests/')) addWords(content, words);
  return active.flatMap((kind) =>
    Object.entries(files).flatMap(([path, content]): readonly Problem[] => {
      const { name, object } = asJson(content);
      if (!path.startsWith(`${folderOf(kind)}/`) || typeof name !== 'string') return [];
      if (words.has(name) || (typeof object === 'string' && words.has(object))) return [];
      return [problem('LINT_UNTESTED', { what: `the ${kindWord(kind)} ${name}` }, { file: `${pack}/${path}`, pointer: '' })];
    }),
  );
}

/** @param model of the pack with what it needs, without mistakes */
export function lintPack(pack: Layer, model: Model): readonly Problem[] {
  return [
    ...unusedFields(pack),
    ...unsaidPersonal(pack),
    ...missingTranslations(pack, model),
    ...repeatingConversions(pack, model),
    ...untested(pack),
  ];
}
