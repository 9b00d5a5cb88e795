// The reference model of approvals: a log of what was done, from which all is worked out anew. Steps have voting sheets; whoever leads back
// throws sheets away, and a walk from the first step on finds out where the process stands.
import type { AskSpec, StepSpec, Steps, World } from '../approval-scene.ts';
import { blockOf, earlier, orderOf, specAt } from './tree.ts';
import { through, type Errand, type Walked } from './walked.ts';
import type { Deed, Turn } from './deeds.ts';
import { adminsOf, approvers, mayJoin, mayRecall, openSheet, repeatVotes, seat, sheetResult, turnsOn, type Sheet } from './sheets.ts';

/** One reading of a log. */
export class Reading {
  status = 'running';
  /** Automations that were started, one after another. */
  readonly started: string[] = [];
  #decided: boolean;
  readonly #steps: Steps;
  readonly #world: World;
  readonly #sheets = new Map<string, Sheet>();
  readonly #errands = new Map<string, Errand>();
  /** Steps that begin anew: nobody has approved before them. */
  readonly #anew = new Set<string>();
  /** Parallel steps that have come together, with who approved last. */
  readonly #joined = new Map<string, readonly string[]>();
  /** Steps that the walk has come to and that wait. */
  #open: readonly string[] = [];

  /** @param decided whether somebody has decided of which nothing is left */
  constructor(steps: Steps, world: World, decided: boolean) {
    this.#decided = decided;
    this.#steps = steps;
    this.#world = world;
    this.#go();
  }

  /** Who has something to do. */
  get asked(): readonly ({ readonly assignee: string; readonly fired: number } & Turn)[] {
    return this.#sheetsOpen.flatMap((path) => {
      const [spec, sheet] = this.#sheet(path);
      return turnsOn(spec, sheet).map(({ row, seat: { person, assignee, fired } }) => ({ path, entry: row.name, person, assignee, fired }));
    });
  }

  /** What has been said on the sheets that are open. */
  get said(): readonly string[] {
    return this.#sheetsOpen.flatMap((path) => {
      const [, sheet] = this.#sheet(path);
      const seats = sheet.rows.flatMap(({ chairs }) => chairs.flat());
      return seats.flatMap(({ person, said, by }) => (said === undefined ? [] : [`${path} ${person} ${by ?? 'itself'} ${said}`]));
    });
  }

  get errands(): readonly string[] {
    return this.#open.filter((path) => this.#errands.has(path));
  }

  get #sheetsOpen(): readonly string[] {
    return this.#open.filter((path) => this.#sheets.has(path));
  }

  #sheet(path: string): readonly [AskSpec, Sheet] {
    const spec = specAt(this.#steps, path);
    const sheet = this.#sheets.get(path);
    if (sheet === undefined || !('entries' in spec)) throw new TypeError(`${path} asks nobody.`);
    return [spec, sheet];
  }

  /** Walks from the first step as often as something leads back. */
  #go(): void {
    let result: Walked = { at: 'jump' };
    while (this.status === 'running' && result.at === 'jump') {
      this.#open = [];
      result = this.#block(this.#steps, '', []);
    }
    if (result.at === 'through') this.status = 'approved';
    if (result.at === 'rejected') this.status = 'rejected';
    if (this.status !== 'running') this.#open = [];
  }

  #block(steps: Steps, prefix: string, before: readonly string[]): Walked {
    let last = before;
    for (const [name, spec] of Object.entries(steps)) {
      const path = `${prefix}${name}`;
      if (this.#anew.delete(path)) last = [];
      const result = (spec.holds ?? true) ? this.#step(path, spec, last) : through(last);
      if (result.at !== 'through') return result;
      last = result.last;
    }
    return through(last);
  }

  #step(path: string, spec: StepSpec, last: readonly string[]): Walked {
    if ('entries' in spec) return this.#ask(path, spec, last);
    if ('branches' in spec) return this.#parallel(path, spec, last);
    if ('cases' in spec) {
      const way = Object.keys(spec.cases).find((name) => this.#world.holds?.[`${path}/${name}`] ?? true);
      const steps = way === undefined ? spec.otherwise : spec.cases[way];
      return this.#block(steps ?? {}, `${path}/${way ?? 'otherwise'}/`, last);
    }
    if ('notify' in spec) return through(last);
    const errand = this.#errands.get(path);
    const waits = errand === undefined ? spec.automation === 'wait' : errand.state !== 'done';
    if (errand === undefined) {
      this.started.push(path);
      this.#errands.set(path, { state: waits ? 'open' : 'done', before: last });
    }
    if (!waits) return through(errand?.before ?? last);
    this.#open = [...this.#open, path];
    return { at: 'waiting' };
  }

  #ask(path: string, spec: AskSpec, last: readonly string[]): Walked {
    const sheet = this.#sheets.get(path) ?? openSheet(spec, last, this.#world);
    if (sheet === 'pass') return through(last);
    if (sheet === 'refuse') return { at: 'rejected' };
    this.#sheets.set(path, sheet);
    repeatVotes(spec, sheet);
    const result = sheetResult(spec, sheet);
    if (result === 'yes') return through(sheet.waived ? [] : approvers(sheet));
    if (result === 'no') return this.#lead(path, spec.back, spec.then ?? 'rerun');
    this.#open = [...this.#open, path];
    return { at: 'waiting' };
  }

  #parallel(path: string, { branches, join = 'all' }: Extract<StepSpec, { branches: unknown }>, last: readonly string[]): Walked {
    const joined = this.#joined.get(path);
    if (joined !== undefined) return through(joined);
    const [before, ends]: [readonly string[], Walked[]] = [this.#open, []];
    for (const [name, steps] of Object.entries(branches)) {
      if (!(this.#world.holds?.[`${path}/${name}`] ?? true)) continue;
      const here = this.#open;
      const result = this.#block(steps, `${path}/${name}/`, last);
      if (result.at !== 'waiting') this.#open = here;
      if (result.at === 'jump' || (join === 'all' && result.at === 'rejected')) return result;
      ends.push(result);
      if (join === 'any' && result.at === 'through') break;
    }
    const done = ends.filter((each) => each.at === 'through');
    if (ends.length === 0) return through(last);
    if (join === 'any' ? done.length > 0 : done.length === ends.length) {
      this.#open = before;
      const approved = [...new Set(done.flatMap((each) => each.last))];
      this.#joined.set(path, approved);
      return through(approved);
    }
    return { at: ends.some((each) => each.at === 'waiting') ? 'waiting' : 'rejected' };
  }

  /** Throws away the sheets and errands of a step and of all within it. */
  #clear(path: string): void {
    for (const map of [this.#sheets, this.#errands, this.#joined])
      for (const key of map.keys()) if (key === path || key.startsWith(`${path}/`)) map.delete(key);
  }

  #lead(from: string, to: string | undefined, then: 'rerun' | 'return'): Walked {
    if (to === undefined) return { at: 'rejected' };
    if (to === 'submitter') this.status = 'returned';
    if (then === 'return') {
      this.#clear(from);
      this.#anew.add(from);
      if (to !== 'submitter') this.#clear(to);
    } else {
      const around = to === 'submitter' ? '' : blockOf(to);
      const names = [
        ...new Set([...this.#sheets.keys(), ...this.#errands.keys(), ...this.#joined.keys()].filter((path) => path.startsWith(around))),
      ];
      const order = orderOf(this.#steps, around);
      const start = to === 'submitter' ? 0 : order.indexOf(to);
      for (const path of names) if (order.findIndex((step) => path === step || path.startsWith(`${step}/`)) >= start) this.#clear(path);
    }
    if (to !== 'submitter') this.#anew.add(to);
    return { at: 'jump' };
  }

  /** Does it, unless it cannot be done. */
  apply(deed: Deed): boolean {
    if (this.status !== 'running' && this.status !== 'returned') return false;
    if (!this.#done(deed)) return false;
    this.#go();
    return true;
  }

  #done(deed: Deed): boolean {
    switch (deed.do) {
      case 'recall':
        if (deed.by !== 'sam' || !mayRecall(this.#world, this.status, this.#decided)) return false;
        this.status = 'recalled';
        return true;
      case 'cancel':
        if (!adminsOf(this.#world).includes(deed.by)) return false;
        this.status = 'cancelled';
        return true;
      case 'resubmit':
        if (deed.by !== 'sam' || this.status !== 'returned') return false;
        this.status = 'running';
        return true;
      default:
        return this.status === 'running' && this.#doneRunning(deed);
    }
  }

  #doneRunning(deed: Exclude<Deed, { do: 'recall' | 'cancel' | 'resubmit' }>): boolean {
    switch (deed.do) {
      case 'remind':
        return deed.by === 'sam' || adminsOf(this.#world).includes(deed.by);
      case 'ended':
      case 'retry':
        return this.#errand(deed);
      case 'waive':
        return adminsOf(this.#world).includes(deed.by) && this.#waived(deed.path);
      case 'yes':
      case 'no':
      case 'back':
      case 'hand':
        return this.#open.includes(deed.path) && this.#ofPerson(deed);
      case 'sign':
      case 'reassign':
      case 'timeout':
        return this.#open.includes(deed.path) && this.#ofTurn(deed);
    }
  }

  #errand(deed: Extract<Deed, { do: 'ended' | 'retry' }>): boolean {
    const errand = this.#open.includes(deed.path) ? this.#errands.get(deed.path) : undefined;
    if (deed.do === 'retry') {
      if (errand?.state !== 'failed' || !adminsOf(this.#world).includes(deed.by)) return false;
      errand.state = 'open';
      this.started.push(deed.path);
      return true;
    }
    if (errand === undefined || errand.state === 'done' || (errand.state === 'failed' && !deed.ok)) return false;
    errand.state = deed.ok ? 'done' : 'failed';
    return true;
  }

  #waived(path: string): boolean {
    if (!this.#open.includes(path)) return false;
    const errand = this.#errands.get(path);
    if (errand === undefined) this.#sheet(path)[1].waived = true;
    else errand.state = 'done';
    return true;
  }

  #ofPerson(deed: Extract<Deed, { do: 'yes' | 'no' | 'back' | 'hand' }>): boolean {
    const [spec, sheet] = this.#sheet(deed.path);
    const counts = 'counts' in deed ? deed.counts : undefined;
    const own = turnsOn(spec, sheet).filter(({ row, seat: each }) =>
      counts === undefined ? each.assignee === deed.by || each.person === deed.by : counts.includes(`${row.name} ${each.person}`),
    );
    if (own.length === 0 || own.length !== (counts ?? own).length) return false;
    if (deed.do === 'hand') {
      if (!own.every(({ row }) => mayJoin(spec, row, deed.to))) return false;
      for (const { chair, seat: each } of own) chair.splice(chair.indexOf(each), 1, seat(deed.to, spec, this.#world, { chosen: true }));
      return true;
    }
    this.#decided = true;
    if (deed.do === 'back') {
      if (deed.to !== 'submitter' && !earlier(this.#steps, deed.path).includes(deed.to)) return false;
      this.#lead(deed.path, deed.to, deed.then);
    } else for (const { seat: each } of own) Object.assign(each, { said: deed.do, by: deed.by, own: true });
    return true;
  }

  #ofTurn(deed: Extract<Deed, { do: 'sign' | 'reassign' | 'timeout' }>): boolean {
    const [spec, sheet] = this.#sheet(deed.path);
    const turn = turnsOn(spec, sheet).find(({ row, seat: each }) => row.name === deed.entry && each.person === deed.person);
    if (turn === undefined) return false;
    const { row, chair, seat: each } = turn;
    const put = (...seats: readonly ReturnType<typeof seat>[]): void => void chair.splice(chair.indexOf(each), 1, ...seats);
    if (deed.do === 'timeout') return this.#timedOut(deed, spec, turn, put);
    if (deed.do === 'reassign') {
      if (!adminsOf(this.#world).includes(deed.by) || !mayJoin(spec, row, deed.to)) return false;
      put(seat(deed.to, spec, this.#world, { chosen: true }));
      return true;
    }
    if (each.assignee !== deed.by && each.person !== deed.by) return false;
    if (deed.to.length === 0 || new Set(deed.to).size < deed.to.length || !deed.to.every((one) => mayJoin(spec, row, one))) return false;
    const added = deed.to.map((one) => seat(one, spec, this.#world, { chosen: true }));
    if (deed.place === 'before') put(...added, each);
    else put(each, ...added);
    return true;
  }

  #timedOut(
    { fired }: Extract<Deed, { do: 'timeout' }>,
    spec: AskSpec,
    { row, seat: each }: ReturnType<typeof turnsOn>[number],
    put: (...seats: readonly ReturnType<typeof seat>[]) => void,
  ): boolean {
    const what = spec.timeouts?.[fired]?.do;
    if (what === undefined || each.fired !== fired) return false;
    each.fired += 1;
    if (what === 'approve' || what === 'reject') each.said = what === 'approve' ? 'yes' : 'no';
    if (what === 'escalate' || what === 'transfer') {
      const boss = this.#world.managers?.[each.person];
      const all = what === 'transfer' ? (this.#world.transferTo ?? []) : boss === undefined ? adminsOf(this.#world) : [boss];
      const to = all.find((one) => mayJoin(spec, row, one));
      if (to !== undefined) put(seat(to, spec, this.#world, { chosen: true, fired: each.fired }));
    }
    return true;
  }
}
