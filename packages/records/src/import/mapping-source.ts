// The shape of an import mapping as schemas/import-mapping.schema.json holds it.

export interface ImportLookup {
  readonly by?: string;
  readonly object?: string;
  readonly onMissing?: 'error' | 'null' | 'create';
  readonly deferred?: boolean;
}

export interface ImportColumn {
  readonly field: string;
  readonly values?: Readonly<Record<string, string | null>>;
  readonly date?: string;
  readonly lookup?: ImportLookup;
  readonly trim?: boolean;
  readonly empty?: unknown;
  readonly scale?: number;
}

export interface ImportMapping {
  readonly format?: 'csv' | 'ndjson';
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly columns: Readonly<Record<string, ImportColumn | null>>;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly skipWhen?: unknown;
}
