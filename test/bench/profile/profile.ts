// CPU profiles of this engine's server under each workload, and what they come to.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Asked } from '../compare.ts';
import { requestBytes } from '../load/http-wire.ts';
import { load } from '../load/loader.ts';
import type { BenchOptions } from '../options.ts';
import { markdownTable } from '../report/tables.ts';
import type { Prepared } from '../workloads/workload.ts';
import { openInspector, profiled } from './inspector.ts';
import { summaryOf, type Share, type Summary } from './summary.ts';

export interface ProfileInput {
  readonly inspector: string;
  readonly asked: readonly Asked[];
  readonly prepared: readonly Prepared[];
  /** Where the profiles go, for DevTools. */
  readonly folder: string;
  readonly options: BenchOptions;
}

function shares(title: string, found: readonly Share[], { busyMs }: Summary, answered: number, most: number): string {
  const rows = found
    .slice(0, most)
    .map(({ name, ms }) => [name, `${((ms / busyMs) * 100).toFixed(1)} %`, ((ms / answered) * 1000).toFixed(1)]);
  return markdownTable([title, 'of CPU', 'µs a request'], rows);
}

function told(name: string, summary: Summary, answered: number): string {
  return [
    `### ${name}: ${((summary.busyMs / answered) * 1000).toFixed(0)} µs a request`,
    shares('self time by module', summary.modules, summary, answered, 15),
    shares('self time by function', summary.functions, summary, answered, 35),
    shares('with what it calls, by file', summary.below, summary, answered, 35),
  ].join('\n\n');
}

/** Profiles each workload in each dialect; gives the summaries in Markdown. */
export async function profileServer({ inspector: url, asked, prepared, folder, options }: ProfileInput): Promise<string> {
  const inspector = await openInspector(url);
  const sections: string[] = [];
  try {
    for (const workload of prepared) {
      for (const { peer, url: server, headers } of asked) {
        const requests = workload.requests(peer.kind)?.map((request) => requestBytes(request, headers));
        if (requests === undefined) continue;
        const under = (ms: number, from: number): ReturnType<typeof load> =>
          load({ url: server, requests, connections: options.connections, ms, from });
        const { next } = await under(options.seconds * 500, 0);
        let answered = 0;
        const profile = await profiled(inspector, async () => {
          ({ answered } = await under(options.seconds * 1000, next));
        });
        const name = `${workload.name}, ${peer.name}`;
        await writeFile(join(folder, `${name.replaceAll(/\W+/g, '-')}.cpuprofile`), JSON.stringify(profile));
        sections.push(told(name, summaryOf(profile), answered));
      }
    }
  } finally {
    inspector.close();
  }
  return sections.join('\n\n');
}
