// The registry: what does each type of step.
import type { StepModel, StepType } from '@tessera/metadata';
import { allocate } from './steps/allocate.ts';
import { assign } from './steps/assign.ts';
import { create } from './steps/create.ts';
import { decide } from './steps/decide.ts';
import { remove } from './steps/delete.ts';
import { letValues } from './steps/let.ts';
import { atomic, branch, forEach } from './steps/blocks.ts';
import { call } from './steps/call.ts';
import { fail } from './steps/fail.ts';
import { find } from './steps/find.ts';
import { match } from './steps/match.ts';
import { notify } from './steps/notify.ts';
import { pool } from './steps/pool.ts';
import { set } from './steps/set.ts';
import { submit } from './steps/submit.ts';
import { update } from './steps/update.ts';
import { upsert } from './steps/upsert.ts';
import { wait } from './steps/wait.ts';
import { webhook } from './steps/webhook.ts';
import type { StepDoer } from './step-work.ts';

/** By type. */
export type StepDoers = { readonly [T in StepType]: StepDoer<Extract<StepModel, { type: T }>> };

export const stepDoers: StepDoers = {
  set,
  create,
  update,
  delete: remove,
  upsert,
  find,
  forEach,
  branch,
  let: letValues,
  wait,
  call,
  fail,
  atomic,
  decide,
  match,
  allocate,
  notify,
  assign,
  pool,
  submit,
  webhook,
};
