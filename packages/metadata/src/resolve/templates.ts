// Message templates: every placeholder stands for a value that can be written out.
import { checkRule, type Expression, type RuleScope } from '@tessera/rules';
import type { TemplateJson } from '../generated/types.ts';
import type { Channel, Label, MessageModel, TemplateModel } from '../model.ts';
import { parseText, placeInText } from '../placeholders.ts';
import type { ModelCatalog } from './catalog.ts';
import type { Report } from './report.ts';
import { missingObject } from './views.ts';
import { fieldsRead } from './walk.ts';

/** The address of the record that the message is about. */
const link = '$link';

class Texts {
  readonly placeholders: Record<string, Expression> = {};
  readonly #scope: RuleScope;
  readonly #catalog: ModelCatalog;
  readonly #report: Report;

  constructor(object: string | undefined, catalog: ModelCatalog, report: Report) {
    this.#scope = catalog.scope(object);
    this.#catalog = catalog;
    this.#report = report;
  }

  message(source: MessageModel | undefined, pointer: string): MessageModel | undefined {
    if (source === undefined) return undefined;
    const { subject, body } = source;
    this.#label(subject, `${pointer}/subject`);
    for (const [language, text] of Object.entries(subject))
      if (/[\r\n]/.test(text)) this.#mistake(text, text.search(/[\r\n]/), 'a subject is one line.', `${pointer}/subject/${language}`);
    if (body !== undefined) this.#label(body, `${pointer}/body`);
    return { subject, body };
  }

  #mistake(text: string, at: number, reason: string, pointer: string): void {
    this.#report.add(pointer, 'TEMPLATE_SYNTAX', { ...placeInText(text, at), reason });
  }

  #label(label: Label, pointer: string): void {
    for (const [language, text] of Object.entries(label)) {
      const { pieces, mistakes } = parseText(text);
      for (const { at, reason } of mistakes) this.#mistake(text, at, reason, `${pointer}/${language}`);
      for (const piece of pieces) {
        if (typeof piece === 'string') continue;
        const why = this.#path(piece.path);
        const params = { ...placeInText(text, piece.at), path: piece.path, known: why };
        if (why !== undefined) this.#report.add(`${pointer}/${language}`, 'TEMPLATE_PATH_UNKNOWN', params);
      }
    }
  }

  /** Why there is nothing to put in for a path; undefined where there is. */
  #path(path: string): string | undefined {
    if (path === link) return this.#scope.object === undefined ? 'The template speaks of no record: say of which `object`.' : undefined;
    const { expression, problems } = checkRule({ var: path }, this.#scope);
    if (expression === undefined) return problems.map(({ message }) => message).join(' ');
    const { kind } = expression.type;
    if (kind === 'reference') return `It is a record: put in one of its fields, as in ${path}.name.`;
    if (kind === 'json') return 'It is JSON, which is nothing to read.';
    const secret = fieldsRead(expression).some((step) => this.#catalog.model(step.object, step.field)?.type === 'secret');
    if (secret) return 'It is a secret: those are never shown.';
    this.placeholders[path] = expression;
    return undefined;
  }
}

/** Undefined where its object is missing; every mistake is told. */
export function resolveTemplate(source: TemplateJson, catalog: ModelCatalog, report: Report): TemplateModel | undefined {
  const { name, label = { en: name }, object } = source;
  if (object !== undefined && missingObject(catalog, report, object)) return undefined;
  const texts = new Texts(object, catalog, report);
  const channels: Partial<Record<Channel, MessageModel>> = {};
  for (const channel of ['inApp', 'email'] as const) {
    const written = source[channel];
    const message = texts.message(written && { subject: written.subject, body: written.body }, `/${channel}`);
    if (message !== undefined) channels[channel] = message;
  }
  return { name, label, object, channels, placeholders: texts.placeholders };
}
