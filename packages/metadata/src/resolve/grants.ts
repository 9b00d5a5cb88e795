// Roles and permission sets: what they grant on is there, and is granted so that it has an effect.
import type { GrantSetSource, GrantSource } from '../effective.ts';
import { known } from '../known.ts';
import type { FieldLevel, FieldModel, FieldTypeName, GrantSetModel, ObjectGrant } from '../model.ts';
import { isSettable } from '../system-fields.ts';
import type { ModelCatalog } from './catalog.ts';
import { withFollowers } from './followed-grants.ts';
import type { Report } from './report.ts';

/** Stands for all that are not named. */
const all = '*';

const maskable: ReadonlySet<FieldTypeName> = new Set(['text', 'email', 'phone', 'secret']);

/** The entry of one object, or of `*`. */
class Grant {
  readonly #catalog: ModelCatalog;
  readonly #report: Report;
  readonly #object: string;

  constructor(catalog: ModelCatalog, report: Report, object: string) {
    this.#catalog = catalog;
    this.#report = report;
    this.#object = object;
  }

  /** The objects that are meant. */
  get #objects(): readonly string[] {
    return this.#object === all ? this.#catalog.objectNames() : [this.#object];
  }

  get #where(): string {
    return this.#object === all ? ' on any object' : ` on ${this.#object}`;
  }

  recordTypes(source: readonly string[] | undefined): readonly string[] | undefined {
    if (source === undefined) return undefined;
    const types = new Set(this.#objects.flatMap((object) => this.#catalog.recordTypeNames(object)));
    return source.filter((type, i) => {
      // What is switched off is not given; nothing is wrong with that.
      if (types.has(type) || this.#objects.some((object) => this.#catalog.isDormantRecordType(object, type))) return types.has(type);
      this.#missing(`recordTypes/${String(i)}`, 'record type', type, known([...types], type));
      return false;
    });
  }

  fields(source: GrantSource['fields']): Record<string, FieldLevel> {
    const entries = Object.entries(source ?? {}).filter(([name, level]) => name === all || this.#field(name, level));
    return Object.fromEntries(entries);
  }

  /** Whether the field is there; what is wrong with its level is reported. */
  #field(name: string, level: FieldLevel): boolean {
    const holders = this.#objects.filter((object) => this.#catalog.field(object, name) !== undefined);
    if (holders.length === 0) {
      if (!this.#objects.some((object) => this.#catalog.isDormant(object, name))) {
        const hint = this.#object === all ? 'Name a field that some object has.' : this.#catalog.fieldHint(this.#object, name);
        this.#missing(`fields/${name}`, 'field', name, hint);
      }
      return false;
    }
    // A field whose own definition is wrong is told there.
    const models = holders.flatMap((object) => this.#catalog.model(object, name) ?? []);
    if (level === 'masked') this.#checkMasked(name, models);
    if (level === 'edit') this.#checkEdit(name, models);
    return true;
  }

  #checkMasked(name: string, models: readonly FieldModel[]): void {
    const unfit = models.find((model) => !maskable.has(model.type));
    if (unfit === undefined) return;
    const reason = `Only text, email, phone and secret fields are shown masked; ${unfit.object}.${name} is a ${unfit.type}. Say none or read.`;
    this.#report.add(this.#at(`fields/${name}`), 'METADATA_REFERENCE_UNFIT', { reason });
  }

  #checkEdit(name: string, models: readonly FieldModel[]): void {
    if (models.length === 0 || models.some(isSettable)) return;
    const reason = `Nobody sets ${name}: its value is given by the system. Say read.`;
    this.#report.add(this.#at(`fields/${name}`), 'METADATA_REFERENCE_UNFIT', { reason });
  }

  #missing(at: string, kind: string, name: string, hint: string): void {
    this.#report.add(this.#at(at), 'METADATA_REFERENCE_MISSING', { kind, name, where: this.#where, known: hint });
  }

  #at(part: string): string {
    return `/objects/${this.#object}/${part}`;
  }
}

function grantOf(source: GrantSource, grant: Grant): ObjectGrant {
  return {
    create: source.create ?? false,
    read: source.read ?? false,
    update: source.update ?? false,
    delete: source.delete ?? false,
    viewAll: source.viewAll ?? false,
    modifyAll: source.modifyAll ?? false,
    import: source.import ?? false,
    export: source.export ?? false,
    changeOwner: source.changeOwner ?? false,
    seeDeleted: source.seeDeleted ?? false,
    recordTypes: grant.recordTypes(source.recordTypes),
    fields: grant.fields(source.fields),
  };
}

/** A role or a permission set. Grants on what a layer has switched off or taken away are left out. */
export function resolveGrantSet(source: GrantSetSource, catalog: ModelCatalog, report: Report): GrantSetModel {
  const objects: Record<string, ObjectGrant> = {};
  for (const [object, written] of Object.entries(source.objects ?? {})) {
    if (object === all || catalog.hasObject(object)) objects[object] = grantOf(written, new Grant(catalog, report, object));
    else if (!catalog.isSwitchedOff(object))
      report.add(`/objects/${object}`, 'METADATA_REFERENCE_MISSING', {
        kind: 'object',
        name: object,
        where: '',
        known: catalog.objectHint(object),
      });
  }
  return {
    name: source.name,
    label: source.label,
    administrator: source.administrator ?? false,
    everyone: source.everyone ?? false,
    objects: withFollowers(objects, catalog),
  };
}
