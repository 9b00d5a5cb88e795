// What a CPU profile comes to: self time by module and by function.
import type { CpuProfile, ProfileNode } from './inspector.ts';

export interface Share {
  readonly name: string;
  readonly ms: number;
}

export interface Summary {
  /** Milliseconds in which the process did something. */
  readonly busyMs: number;
  readonly modules: readonly Share[];
  readonly functions: readonly Share[];
  /** Including what is called from there, by file of this engine. */
  readonly below: readonly Share[];
}

/** `packages/storage`, `pg`, `node:net`; what has no file is of V8 itself. */
function moduleOf({ callFrame: { url, functionName } }: ProfileNode): string {
  const installed = url.lastIndexOf('/node_modules/');
  if (installed >= 0) {
    const [first = '', second = ''] = url.slice(installed + '/node_modules/'.length).split('/');
    return first.startsWith('@') ? `${first}/${second}` : first;
  }
  const own = /\/packages\/([^/]+)\/src\/(.+)$/.exec(url);
  if (own !== null) return `packages/${own[1] ?? ''}`;
  if (url.startsWith('node:')) return url.replace(/^node:internal\/([^/]+).*$/, 'node:internal/$1');
  return functionName.startsWith('(') ? functionName : 'native';
}

function placeOf(node: ProfileNode): string {
  const { url, lineNumber, functionName } = node.callFrame;
  const file = /\/packages\/([^/]+\/src\/.+)$/.exec(url)?.[1] ?? /\/node_modules\/((?!.*\/node_modules\/).+)$/.exec(url)?.[1] ?? url;
  return `${functionName === '' ? '(anonymous)' : functionName}${file === '' ? '' : ` ${file}:${String(lineNumber + 1)}`}`;
}

const isWritten = ({ callFrame: { url } }: ProfileNode): boolean => url !== '';
const isNative = ({ callFrame: { url, functionName } }: ProfileNode): boolean => url === '' && !functionName.startsWith('(');

const ownFile = (node: ProfileNode): string | undefined => /\/packages\/([^/]+\/src\/.+)$/.exec(node.callFrame.url)?.[1];

function ranked(times: ReadonlyMap<string, number>): readonly Share[] {
  return [...times].map(([name, us]) => ({ name, ms: us / 1000 })).sort((a, b) => b.ms - a.ms);
}

const add = (times: Map<string, number>, name: string, us: number): void => {
  times.set(name, (times.get(name) ?? 0) + us);
};

export function summaryOf({ nodes, samples, timeDeltas }: CpuProfile): Summary {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)));
  const [modules, functions, below] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  let busy = 0;
  samples.forEach((id, i) => {
    const node = byId.get(id);
    const us = timeDeltas[i] ?? 0;
    if (node === undefined || node.callFrame.functionName === '(idle)') return;
    busy += us;
    const stack: ProfileNode[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) stack.push(...[byId.get(at) ?? []].flat());
    // What is native is done for somebody.
    const caller = stack.find(isWritten);
    add(modules, moduleOf(isNative(node) ? (caller ?? node) : node), us);
    add(functions, isNative(node) && caller !== undefined ? `${placeOf(node)} ← ${placeOf(caller)}` : placeOf(node), us);
    for (const file of new Set(stack.flatMap((each) => ownFile(each) ?? []))) add(below, file, us);
  });
  return { busyMs: busy / 1000, modules: ranked(modules), functions: ranked(functions), below: ranked(below) };
}
