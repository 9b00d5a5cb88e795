// Accounts that are handed in or changed with the approval of bosses: Ann's, decided by Bob or Ben, seen by nobody else.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileStore } from '@tessera/records';
import type { Answer, Json } from '../support/http-client.ts';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

const label = (text: string): Json => ({ en: text });
const look = {
  type: 'approval',
  label: label('First look'),
  approvers: { bosses: { role: 'boss' } },
  editable: ['rating'],
  allow: ['return', 'transfer', 'addSigner'],
};
const process = (name: string, rest: Json): Json => ({
  [`approvalProcesses/${name}.json`]: { name, label: label('Check'), object: 'account', steps: { look }, ...rest },
});
const files: Json = {
  ...process('handIn', { on: ['submit'] }),
  ...process('hurry', {
    on: ['submit'],
    button: { label: label('Hurry'), visibleWhen: { '>': [{ var: 'score' }, 5] } },
  }),
  ...process('change', { on: ['update'], entry: { '==': [{ var: 'region' }, 'east'] } }),
  'roles/boss.json': {
    name: 'boss',
    label: label('Boss'),
    objects: { account: { read: true, update: true, fields: { '*': 'edit' } } },
  },
};

export interface SurfaceScene extends AccessScene {
  readonly ann: Person;
  readonly bob: Person;
  readonly ben: Person;
  readonly dan: Person;
  /** An account of Ann's that is handed in; the record and the approval. */
  handedIn(name: string): Promise<readonly [id: string, approval: string]>;
}

/** Where the approval of an account is. */
export const at = (id: string, rest = ''): string => `/api/v1/records/account/${id}/approval${rest}`;
export const get = ({ http }: Person, path: string): Promise<Answer> => http.get(path);
export const post = ({ http }: Person, path: string, body: Json = {}): Promise<Answer> => http.post(path, body);
export const act = (person: Person, approval: string, action: string, body: Json = {}): Promise<Answer> =>
  post(person, `/api/v1/approvals/${approval}/${action}`, body);

/** What a refusal is told by. */
export const told = ({ status, json }: Answer): unknown => [status, json['code']];

/** What an approval lets its reader do. */
export const actionsOf = ({ json }: Answer): unknown => (((json['approval'] ?? json) as Json)['may'] as Json)['actions'];

export async function upload({ http }: Person, name: string): Promise<string> {
  const { json } = await http.call('POST', `/api/v1/files?name=${name}`, { body: name, type: 'text/plain' });
  return String(json['id']);
}

export async function surfaceScene(): Promise<SurfaceScene> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-approvals-'));
  const scene = await accessScene(files, { files: openFileStore({ kind: 'disk', root: folder }) });
  const ann = await scene.person('ann');
  const [bob, ben] = [await scene.person('bob', { roles: ['boss'] }), await scene.person('ben', { roles: ['boss'] })];
  return {
    ...scene,
    ann,
    bob,
    ben,
    dan: await scene.person('dan'),
    handedIn: async (name) => {
      const id = await ann.create('account', { name });
      const { status, json, text } = await post(ann, at(id), { comment: 'Please.' });
      if (status !== 201) throw new Error(text);
      return [id, String(json['approval'])];
    },
    close: async () => {
      await scene.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
