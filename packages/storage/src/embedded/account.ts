// Which operating-system account PostgreSQL runs as: it refuses root, so root hands it to another.
import { lchown, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A user of the operating system, by number. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** `nobody` on every Linux of today. */
const nobody: Account = { uid: 65_534, gid: 65_534 };

/** True where this process is root. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/**
 * The account that PostgreSQL is to run as; undefined where that is our own. Root takes the owner of an existing cluster,
 * so that the cluster of an ordinary user stays that user's.
 */
export async function accountFor(cluster: string): Promise<Account | undefined> {
  if (!isRoot()) return undefined;
  const found = await stat(cluster).catch(() => undefined);
  return found === undefined || found.uid === 0 ? nobody : { uid: found.uid, gid: found.gid };
}

/** Gives a folder and everything in it to an account: a backup that root has unpacked belongs to root. */
export async function giveTo(account: Account, folder: string): Promise<void> {
  await lchown(folder, account.uid, account.gid);
  for (const entry of await readdir(folder, { recursive: true })) await lchown(join(folder, entry), account.uid, account.gid);
}

/** Whether an account may pass through a folder and everything above it. Access lists are not looked at. */
export async function mayTraverse(folder: string, account: Account): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return false;
    const bit = found.uid === account.uid ? 0o100 : found.gid === account.gid ? 0o010 : 0o001;
    if ((found.mode & bit) === 0) return false;
    if (dirname(path) === path) return true;
  }
}
