// Reads as somebody writes them down to have them explained: a GraphQL document, or a path of REST. They take the way of the real ones.
import { fail } from '@tessera/kernel';
import type { Documents } from './graphql/index.ts';
import { PathTree } from './path-tree.ts';
import { Parameters } from './rest/parameters.ts';
import type { ReadWriter, Route } from './rest/route.ts';
import { apiPrefix, routeTable } from './rest/table.ts';

const pathOf = (target: string): string => target.split('?', 1)[0] ?? '';

export function readWriter(documents: Documents): ReadWriter {
  const tree = new PathTree<readonly Route[]>();
  for (const path of new Set(routeTable.map((route) => route.path)))
    tree.add(
      apiPrefix + path,
      routeTable.filter((route) => route.path === path),
    );
  return (written, { languages }) => {
    if ('graphql' in written) {
      const request = { ...written.graphql, method: 'POST' };
      return (model) => ({ operation: 'records.read', input: documents.read(model, languages, request) });
    }
    const { rest, body } = written;
    const method = body === undefined ? 'get' : 'post';
    const found = tree.find(pathOf(rest));
    const route = found?.target.find((each) => each.method === method);
    if (found === undefined || route?.read === undefined) {
      const reason = `${method.toUpperCase()} ${pathOf(rest)} reads no records. Lists, records, aggregates (with their body), history, search and exports do.`;
      throw fail('REQUEST_INVALID', { reason }, { pointer: '/rest' });
    }
    return route.read({ query: new Parameters(rest, route.query ?? []), body, path: found.path });
  };
}
