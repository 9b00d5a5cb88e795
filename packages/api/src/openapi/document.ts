// The OpenAPI 3.1 document of a tenant, as far as its reader may see the tenant.
import type { ObjectDescription } from '@tessera/engine';
import type { Model } from '@tessera/metadata';
import { apiPrefix, routeTable, type RouteId } from '../rest/table.ts';
import { isAdministrator, isOffered, isOpenTo, offered, type OfferedObject, type Reader } from './offered.ts';
import { otherOperations } from './other-operations.ts';
import { recordOperations, type RecordRouteId } from './record-operations.ts';
import { recordSchemas } from './record-schemas.ts';
import { sharedHeaders, sharedParameters, sharedResponses } from './shared-components.ts';
import { sharedSchemas } from './shared-schemas.ts';
import { problems, type Operation } from './shapes.ts';

/** What the document is made from. */
export interface DocumentSource {
  /** Objects as the reader may see them. */
  readonly objects: readonly ObjectDescription[];
  /** The Model as it exists for the reader. */
  readonly model: Model;
  /** False for an API key, and for whoever acts as somebody else: how a person signs in is the person's own. Default: true. */
  readonly inPerson?: boolean;
  /** Where the API is, as seen from outside; default: where the document comes from. */
  readonly publicUrl?: string;
}

type PathItem = Readonly<Record<string, Operation & { readonly operationId: string }>>;

export type OpenApiDocument = Readonly<Record<string, unknown>> & { readonly paths: Readonly<Record<string, PathItem>> };

const about = `Records, metadata and files of one tenant. The document shows what its reader may see.

Every problem is answered as RFC 9457 \`application/problem+json\` with a stable \`code\`. Numbers of more than 15 digits travel as
strings, times as RFC 3339 in UTC, a percent of 10 % as 0.1. Labels and messages come in the language of Accept-Language.`;

const isRecordRoute = (routeId: RouteId): routeId is RecordRouteId => Object.hasOwn(recordOperations, routeId);

/** Whatever it does: parameters are checked, bodies are read as JSON without losing digits, somebody must be signed in. */
function withCommonProblems({ body, open }: (typeof routeTable)[number], operation: Operation): Operation {
  const common = problems(400, ...(open === true ? [] : [401]), ...(body === 'json' ? [413, 415, 422] : []));
  return { ...operation, responses: { ...common, ...operation.responses } };
}

type Row = readonly (readonly [string, PathItem])[];

function operationsAt(reader: Reader, objects: readonly OfferedObject[], route: (typeof routeTable)[number]): Row {
  const { id, path, method } = route;
  const full = apiPrefix + path;
  if (!isRecordRoute(id)) {
    if (!isOpenTo(id, reader)) return [];
    return [[full, { [method]: { operationId: id, ...withCommonProblems(route, forReader(reader, otherOperations[id])) } }]];
  }
  return objects
    .filter((object) => isOffered(id, object))
    .map((object) => {
      const operation = { ...recordOperations[id](object), tags: [object.label] };
      return [
        full.replace('{object}', object.name),
        { [method]: { operationId: `${object.name}.${id}`, ...withCommonProblems(route, operation) } },
      ] as const;
    });
}

/** Others than administrators ask about themselves only. */
function forReader({ administrator }: Reader, operation: Operation): Operation {
  const { parameters } = operation;
  if (administrator || parameters === undefined) return operation;
  return { ...operation, parameters: parameters.filter((each) => !('name' in each) || each.name !== 'user') };
}

function pathsOf(reader: Reader, objects: readonly OfferedObject[]): Readonly<Record<string, PathItem>> {
  const paths = new Map<string, PathItem>();
  for (const [path, item] of routeTable.flatMap((route) => operationsAt(reader, objects, route))) {
    paths.set(path, { ...paths.get(path), ...item });
  }
  return Object.fromEntries(paths);
}

/** Makes the document. */
export function openApiDocument({ objects: described, model, inPerson = true, publicUrl }: DocumentSource): OpenApiDocument {
  const administrator = isAdministrator(described, model);
  const objects = described.map((object) => offered(object, model, administrator));
  const imports = objects.some((object) => isOffered('importRecords', object));
  const reader = { administrator, inPerson, imports, approves: objects.some(({ approved }) => approved) };
  const known = new Map(objects.map((object) => [object.name, object]));
  const schemas = objects.map((object) => recordSchemas(object, model, known));
  return {
    openapi: '3.1.0',
    info: { title: 'Tessera', version: model.hash, description: about },
    servers: [{ url: publicUrl ?? '/' }],
    security: [{ accessToken: [] }],
    tags: [...new Set(objects.map(({ label }) => label))].map((name) => ({ name })),
    paths: pathsOf(reader, objects),
    components: {
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer' } },
      schemas: Object.assign({}, sharedSchemas, ...schemas) as unknown,
      parameters: sharedParameters,
      headers: sharedHeaders,
      responses: sharedResponses,
    },
  };
}
