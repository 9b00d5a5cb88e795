// The plan of a read, for administrators: what is to be explained comes in the body.
import { fail } from '@tessera/kernel';
import { sendJson } from './answer.ts';
import { Members, objectAt } from './body.ts';
import { routes, type Call, type WrittenRead } from './route.ts';

function documentAt(members: Members): WrittenRead {
  const document = new Members(members.value('graphql'), '/graphql', ['query', 'documentId', 'variables', 'operationName']);
  const variables = document.value('variables') ?? undefined;
  const [query, documentId, operationName] = [document.text('query'), document.text('documentId'), document.text('operationName')];
  if (variables !== undefined) objectAt(variables, '/graphql/variables');
  return { graphql: { query, documentId, variables, operationName } };
}

function writtenIn(members: Members): WrittenRead {
  if (members.has('graphql') === members.has('rest')) throw fail('REQUEST_INVALID', { reason: 'it takes either graphql or rest.' });
  if (members.has('graphql') && members.has('body'))
    throw fail('REQUEST_INVALID', { reason: 'body goes with rest.' }, { pointer: '/body' });
  if (members.has('graphql')) return documentAt(members);
  return { rest: members.requiredText('rest'), ...(members.has('body') ? { body: members.value('body') } : {}) };
}

async function explainQuery(call: Call): Promise<void> {
  const members = new Members(call.body, '', ['graphql', 'rest', 'body', 'user', 'analyze']);
  const [user, analyze] = [members.text('user'), members.flag('analyze')];
  const request = call.writeRead(writtenIn(members), call.context);
  const explanation = await call.engine.run('records.explain', call.context, {
    request,
    ...(user === undefined ? {} : { user }),
    ...(analyze === undefined ? {} : { analyze }),
  });
  sendJson(call, explanation);
}

export const explainRoutes = routes([{ id: 'explainQuery', method: 'post', path: '/explain', body: 'json', handle: explainQuery }]);
