// GraphQL documents of one tenant that name what is another's.
import type { Names, Own } from './isolation-scene.ts';

export function documents(their: Names, own: Own): readonly string[] {
  const own_ = own.type;
  return [
    `{ ${their.plural} { nodes { id } } }`,
    `{ ${their.object}(id: "${their.id}") { id } }`,
    `{ ${their.plural}Aggregate { count } }`,
    `{ ${own.object}(id: "${their.id}") { id name } }`,
    `{ ${own.object}(id: "${their.deleted}", deleted: only) { id name } }`,
    `{ ${own.object}(id: "${own.id}") { ${their.field} } }`,
    `{ user(id: "${their.user}") { id name email } }`,
    `{ node(id: "${their.object}:${their.id}") { id } }`,
    `{ node(id: "${own.object}:${their.id}") { id } }`,
    `{ node(id: "user:${their.user}") { id ... on User { name } } }`,
    `{ node(id: "user:${their.user}") { ... on ${their.type} { id } } }`,
    `{ users(first: 1, after: "${their.graphCursor}") { nodes { id } } }`,
    `{ users(first: 1, after: "${their.userCursor}") { nodes { id } } }`,
    `{ users(last: 1, before: "${their.graphCursor}") { nodes { id } } }`,
    `{ users(where: { email: { eq: "${their.email}" } }) { totalCount nodes { id } } }`,
    `{ usersAggregate(where: { email: { eq: "${their.email}" } }) { count } }`,
    `{ __type(name: "${their.type}") { name fields { name } } }`,
    `query ($x: ${their.type}Filter) { users { nodes { id } } }`,
    `mutation { create${their.type}(input: { name: "x" }) { id } }`,
    `mutation { create${own_}(input: { name: "x", ${their.field}: "x" }) { id } }`,
    `mutation { update${own_}(id: "${their.id}", input: { name: "taken" }) { id } }`,
    `mutation { updateUser(id: "${their.user}", input: { name: "taken" }) { id } }`,
    `mutation { updateUser(id: "${their.user}", version: 1, input: { name: "taken" }) { id } }`,
    `mutation { delete${own_}(id: "${their.id}") { id } }`,
    `mutation { deleteUser(id: "${their.user}") { id } }`,
    `mutation { restore${own_}(id: "${their.deleted}") { id } }`,
    `mutation { updateUsers(inputs: [{ id: "${their.user}", input: { name: "taken" } }], allOrNone: false) { results { ok problems { code message } } } }`,
    `mutation { update${own_}(id: "${own.id}", input: { owner: "${their.user}" }) { id } }`,
    `subscription { ${their.object}Changed { id } }`,
    `subscription { recordChanged(object: "${their.object}") { id } }`,
  ];
}
