// tessera explain: how PostgreSQL would read what a request asks for.
import type { WrittenRead } from '@tessera/api';
import type { ReadExplanation } from '@tessera/engine';
import { fail } from '@tessera/kernel';
import type { Argv } from 'yargs';
import type { Cli } from './cli-context.ts';
import { table } from './output.ts';

/** The explanation for people. What a server keeps, this process does not know. */
function planReport({ operation, planKey, cost, sql, parameters, text }: ReadExplanation): string {
  const head = `${operation} ${planKey}\ncost: ${cost === null ? '-' : String(cost)}\n`;
  const rows = parameters.map(({ number, name = '-', type }) => [`$${String(number)}`, type, name]);
  return `${head}\n${sql.trim()}\n\n${rows.length === 0 ? '' : `${table(['PARAMETER', 'TYPE', 'NAME'], rows)}\n`}${text}\n`;
}

function jsonOf(name: string, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fail('REQUEST_PARAMETER_INVALID', { name, reason: `it is not valid JSON: ${(error as Error).message}` }, {}, error);
  }
}

/** A path begins with a slash, as no document does. */
function writtenRead(read: string, variables: string | undefined, body: string | undefined): WrittenRead {
  if (!read.startsWith('/')) return { graphql: { query: read, variables: jsonOf('--variables', variables) } };
  return { rest: read, ...(body === undefined ? {} : { body: jsonOf('--body', body) }) };
}

export function explainCommand(parser: Argv, { actions, print }: Cli): void {
  parser.command(
    'explain <read>',
    'How PostgreSQL would read what a request asks for',
    (own) =>
      own
        .positional('read', {
          type: 'string',
          demandOption: true,
          describe: 'A GraphQL query, or a path such as /api/v1/records/user?first=5',
        })
        .option('tenant', { type: 'string', demandOption: true, describe: 'The tenant' })
        .option('as', { type: 'string', describe: 'Email of a person: as this person sees it' })
        .option('variables', { type: 'string', describe: 'Variables of the query, as JSON' })
        .option('body', { type: 'string', describe: 'What is sent to the path, as JSON: for aggregates' })
        .option('analyze', { type: 'boolean', default: false, describe: 'Run it too, without writing anything' }),
    async ({ read, tenant, as: user, variables, body, analyze, json }) => {
      const input = { tenant, read: writtenRead(read, variables, body), analyze, ...(user === undefined ? {} : { user }) };
      const found = await actions.explainRead(input);
      await print(json === true, found, () => planReport(found));
    },
  );
}
