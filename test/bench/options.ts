// What `npm run bench` takes on its command line.
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Parts to run; none: all. */
  readonly parts: readonly string[];
  /** Of the full data set. */
  readonly scale: number;
  /** The folder of a database that stays, and is found again; else a new one each time. */
  readonly keep: string | undefined;
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: number;
  /** Tenants of a database, at most. */
  readonly tenants: number;
  /** Words that occur in the names of the peers wanted, and names of workloads; none: all. */
  readonly peers: readonly string[];
  readonly workloads: readonly string[];
  /** The folder for CPU profiles of this engine's server; undefined: none are made. */
  readonly profile: string | undefined;
  /** Whether RESULTS.md is written. */
  readonly write: boolean;
  readonly json: boolean;
}

export const usage = `npm run bench -- [part…] [options]

  --scale 0.1         a tenth of the data set
  --keep FOLDER       leave the database there, and use it if it is there
  --seconds 5         length of a round
  --rounds 3          rounds of each peer and workload
  --connections 16    requests under way at once
  --tenants 300       tenants of one database, at most; 1000 take a quarter of an hour
  --peers raw,rest    only peers with such words in their names; RAW is always there
  --workloads get     only these
  --profile FOLDER    CPU profiles of this engine's server under each workload, instead of the comparison
  --no-write          leave RESULTS.md as it is
  --json              figures as JSON on standard output
`;

const words = (text: string | undefined): readonly string[] =>
  text === undefined
    ? []
    : text
        .toLowerCase()
        .split(',')
        .map((word) => word.trim());

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} takes a number above 0.\n\n${usage}`);
}

export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    allowNegative: true,
    options: {
      scale: { type: 'string', default: '1' },
      keep: { type: 'string' },
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '16' },
      tenants: { type: 'string', default: '300' },
      peers: { type: 'string' },
      workloads: { type: 'string' },
      profile: { type: 'string' },
      write: { type: 'boolean', default: true },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    parts: positionals,
    scale: positive('scale', values.scale),
    keep: values.keep,
    seconds: positive('seconds', values.seconds),
    rounds: positive('rounds', values.rounds),
    connections: positive('connections', values.connections),
    tenants: positive('tenants', values.tenants),
    peers: words(values.peers),
    workloads: words(values.workloads),
    profile: values.profile,
    write: values.write,
    json: values.json,
  };
}
