// What a tenant's objects are, in the reader's language: the one source of names for REST, OpenAPI and consoles.
import { fieldTypes, type FieldModel, type Label, type ObjectModel } from '@tessera/metadata';
import { inLanguage } from '@tessera/records';
import type { FieldDescription, ObjectDescription, ObjectSummary } from '../types/describing.ts';
import type { Session } from '../engine-parts.ts';
import { objectOf } from '../read/resolve.ts';

type Say = (label: Label) => string;

export function speaker(session: Session): Say {
  const languages = [...session.context.languages, ...session.runtime.model.settings.languages];
  return (label) => inLanguage(label, languages);
}

function summary(object: ObjectModel, say: Say): ObjectSummary {
  const { name, plural, label, pluralLabel, icon, color, description } = object;
  return {
    name,
    plural,
    label: say(label),
    pluralLabel: say(pluralLabel),
    ...(icon === undefined ? {} : { icon }),
    ...(color === undefined ? {} : { color }),
    ...(description === undefined ? {} : { description }),
  };
}

function describeField(field: FieldModel, say: Say): FieldDescription {
  const type = fieldTypes[field.type];
  const options = Object.values(field.options ?? {}).map(({ name, label, color, active }) => ({
    name,
    label: say(label),
    active,
    ...(color === undefined ? {} : { color }),
  }));
  return {
    name: field.name,
    type: field.type,
    label: say(field.label),
    ...(field.help === undefined ? {} : { help: say(field.help) }),
    required: field.required === true,
    ...(typeof field.required === 'boolean' ? {} : { requiredByRule: true }),
    readOnly: field.readOnly === true,
    unique: field.unique,
    system: field.system,
    // A masked field is shown, and usable for nothing else.
    filters: field.masked === true ? [] : type.filters,
    sortable: type.sortable && field.masked !== true,
    ...(field.masked === true ? { masked: true } : {}),
    ...(field.options === undefined ? {} : { options }),
    ...(field.lookup === undefined ? {} : { to: field.lookup.to }),
    ...(field.lookup?.inverse === undefined ? {} : { inverse: field.lookup.inverse }),
    schema: field.masked === true ? { type: 'string' } : type.jsonSchema(field),
  };
}

export function listObjects(session: Session): readonly ObjectSummary[] {
  const say = speaker(session);
  return Object.values(session.view.objects).map((object) => summary(object, say));
}

export function describeObject(session: Session, input: { readonly object: string }): ObjectDescription {
  const object = objectOf(session.view, input.object);
  const say = speaker(session);
  return {
    ...summary(object, say),
    fields: Object.values(object.fields).map((field) => describeField(field, say)),
    relations: Object.values(object.relations),
    recordTypes: Object.values(object.recordTypes).map((type) => ({ name: type.name, label: say(type.label), default: type.default })),
    keys: Object.values(object.keys).map(({ name, fields, unique }) => ({ name, fields, unique })),
    appendOnly: object.appendOnly,
    ...(object.allows === undefined ? {} : { allows: object.allows }),
  };
}
