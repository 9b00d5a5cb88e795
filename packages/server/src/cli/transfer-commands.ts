// tessera import and export: records by the file.
import type { Argv } from 'yargs';
import { fail } from '@tessera/kernel';
import type { Cli } from './cli-context.ts';
import { ProgressBar, table } from './output.ts';

function importFile(parser: Argv, { actions, streams, print }: Cli): void {
  parser.command(
    'import <object> <file>',
    'Import records from CSV or NDJSON',
    (args) =>
      args
        .positional('object', { type: 'string', demandOption: true })
        .positional('file', { type: 'string', demandOption: true })
        .option('tenant', { type: 'string', demandOption: true, describe: 'The tenant' })
        .option('mapping', { type: 'string', describe: 'A file that says how columns become fields' })
        .option('by', { type: 'string', describe: 'A unique field or key: rows that match are updated' })
        .option('resume', { type: 'string', describe: 'The id of an import that was broken off' })
        .option('dry-run', { type: 'boolean', default: false, describe: 'Check everything, write nothing' }),
    async ({ object, file, tenant, mapping, by, resume, dryRun, json }) => {
      const bar = new ProgressBar(streams, 'import');
      const optional = {
        ...(mapping === undefined ? {} : { mapping }),
        ...(by === undefined ? {} : { by }),
        ...(resume === undefined ? {} : { resume }),
      };
      const status = await actions.importFile({ tenant, object, file, dryRun, ...optional }, bar.update).finally(() => {
        bar.done();
      });
      await print(json === true, status, () => {
        const { read, created, updated, refused, rejects } = status;
        const rows = rejects.map(({ row, field, message }) => [String(row), field ?? '', message]);
        const refusals = rows.length === 0 ? '' : table(['ROW', 'FIELD', 'REASON'], rows);
        return `${read} rows: ${created} created, ${updated} updated, ${refused} refused.\n${refusals}`;
      });
      if (status.status === 'failed' || status.refused > 0) throw fail('RECORDS_INVALID', { count: status.refused });
    },
  );
}

function filterOf(text: string | undefined): { readonly filter?: unknown } {
  if (text === undefined) return {};
  try {
    return { filter: JSON.parse(text) as unknown };
  } catch (error) {
    throw fail('REQUEST_PARAMETER_INVALID', { name: '--filter', reason: `it is not valid JSON: ${(error as Error).message}` }, {}, error);
  }
}

function exportRecords(parser: Argv, { actions, streams }: Cli): void {
  parser.command(
    'export <object>',
    'Write records to standard output',
    (args) =>
      args
        .positional('object', { type: 'string', demandOption: true })
        .option('tenant', { type: 'string', demandOption: true, describe: 'The tenant' })
        .option('format', { choices: ['csv', 'ndjson'] as const, default: 'csv' as const, describe: 'The form of the lines' })
        .option('fields', { type: 'string', describe: 'Fields or paths with commas between them' })
        .option('filter', { type: 'string', describe: 'JSON-Logic' }),
    async ({ object, tenant, format, fields, filter }) => {
      const bar = new ProgressBar(streams, 'export');
      const chosen = fields === undefined ? {} : { fields: fields.split(',').map((field) => field.trim()) };
      const write = async (text: string): Promise<void> => {
        await streams.out(text);
      };
      await actions.exportRecords({ tenant, object, format, ...chosen, ...filterOf(filter) }, write, bar.update).finally(() => {
        bar.done();
      });
    },
  );
}

/** Hangs the commands into the tree. */
export function transferCommands(parser: Argv, cli: Cli): void {
  importFile(parser, cli);
  exportRecords(parser, cli);
}
