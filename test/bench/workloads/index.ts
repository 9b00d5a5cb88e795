// The workloads in the order in which they run: what writes comes last.
import { bulkOf } from './bulk.ts';
import { create } from './create.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { nested } from './nested.ts';
import { sums } from './sums.ts';
import { update } from './update.ts';
import type { Workload } from './workload.ts';

export const workloadsAt = (recordsAtOnce: number): readonly Workload[] => [get, list, nested, sums, update, create, bulkOf(recordsAtOnce)];

export const workloads = workloadsAt(1000);
