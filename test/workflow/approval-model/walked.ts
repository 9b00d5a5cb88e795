// What the reference model's walk finds at a step, and what it remembers of automations.

export type Walked = { readonly at: 'through'; readonly last: readonly string[] } | { readonly at: 'waiting' | 'rejected' | 'jump' };
export interface Errand {
  state: 'open' | 'failed' | 'done';
  readonly before: readonly string[];
}

export const through = (last: readonly string[]): Walked => ({ at: 'through', last });
