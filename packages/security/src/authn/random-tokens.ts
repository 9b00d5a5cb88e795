// Tokens that mean nothing by themselves: random, shown once, kept as hashes.
import { hash, randomBytes } from 'node:crypto';

/** 256 random bits behind the tenant's name, which says where to look them up. */
export function newTenantToken(tenant: string): string {
  return `${tenant}.${randomBytes(32).toString('base64url')}`;
}

/** The tenant that a token names; empty where it names none. */
export function tenantOfToken(token: string): string {
  const dot = token.indexOf('.');
  return dot < 0 ? '' : token.slice(0, dot);
}

/** SHA-256, hexadecimal: enough for what has 256 random bits, and found by an index. */
export function tokenHash(token: string): string {
  return hash('sha256', token);
}

/** An API key as its owner sees it once. */
export function newApiKey(tenant: string, id: string): string {
  return `tsk_${tenant}_${id.replaceAll('-', '')}_${randomBytes(32).toString('hex')}`;
}

const apiKeyForm = /^tsk_([a-z][a-z0-9_]*)_([0-9a-f]{32})_[0-9a-f]{64}$/;

/** Whether a bearer's token presents itself as an API key. */
export function isApiKey(token: string): boolean {
  return token.startsWith('tsk_');
}

/** The tenant and id that an API key names; undefined where it is none. */
export function readApiKey(key: string): { readonly tenant: string; readonly id: string } | undefined {
  const [, tenant, digits] = apiKeyForm.exec(key) ?? [];
  if (tenant === undefined || digits === undefined) return undefined;
  return { tenant, id: digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') };
}
