// What a tenant asks of passwords, and what a password falls short of.
import { fail } from '@tessera/kernel';
import type { PasswordPolicy } from '@tessera/metadata';
import { isCommonPassword } from './common-passwords.ts';
import { verifyPassword } from './passwords.ts';

/** Whose password it is to be. */
export interface PasswordOwner {
  readonly name: string;
  readonly email: string;
}

/** Longer ones only keep the server busy. */
const longest = 256;
const fewestDifferent = 4;
/** Shorter parts of names occur in other words. */
const shortestNamePart = 4;

const kinds: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'lower-case letters', pattern: /\p{Ll}/u },
  { name: 'upper-case letters', pattern: /\p{Lu}/u },
  { name: 'digits', pattern: /\p{Nd}/u },
  { name: 'other characters', pattern: /[^\p{Ll}\p{Lu}\p{Nd}]/u },
];

function kindsMissing(password: string, wanted: number): string | undefined {
  const missing = kinds.filter(({ pattern }) => !pattern.test(password)).map(({ name }) => name);
  const short = wanted - (kinds.length - missing.length);
  if (short <= 0) return undefined;
  return short === missing.length ? `it lacks ${missing.join(' and ')}` : `it needs ${String(short)} more of: ${missing.join(', ')}`;
}

function holdsName(password: string, { name, email }: PasswordOwner): boolean {
  const fold = (text: string): string => text.normalize('NFKC').toLowerCase();
  const folded = fold(password);
  const [local = ''] = fold(email).split('@');
  const parts = [
    fold(email),
    local,
    ...local.split(/[^\p{L}\p{N}]+/u),
    fold(name).replaceAll(/\s+/g, ''),
    ...fold(name).split(/[^\p{L}\p{N}]+/u),
  ];
  // A name of few characters that says more than a part of a word does: 王小明.
  const telling = (part: string): boolean => part.length >= shortestNamePart || (part.length >= 2 && /\p{Lo}/u.test(part));
  return parts.some((part) => telling(part) && folded.includes(part));
}

/** What stands against a password, in words that go on after "The password is too weak: "; nothing where it will do. */
export function passwordWeaknesses(password: string, policy: PasswordPolicy, owner: PasswordOwner): readonly string[] {
  const { length } = Array.from(password);
  const missing = kindsMissing(password, policy.minKinds);
  return [
    ...(length < policy.minLength ? [`it needs at least ${String(policy.minLength)} characters`] : []),
    ...(length > longest ? [`it may have at most ${String(longest)} characters`] : []),
    ...(missing === undefined ? [] : [missing]),
    ...(new Set(password).size < fewestDifferent ? [`it needs at least ${String(fewestDifferent)} different characters`] : []),
    ...(length <= longest && isCommonPassword(password) ? ['it is one that everybody tries first'] : []),
    ...(holdsName(password, owner) ? ['it contains your name or email'] : []),
  ];
}

const tooWeak = (reasons: readonly string[]): Error =>
  fail('PASSWORD_TOO_WEAK', { reasons: `${reasons.join('; ')}.` }, { pointer: '/password' });

/** @throws PASSWORD_TOO_WEAK with everything that is missing */
export function checkPassword(password: string, policy: PasswordPolicy, owner: PasswordOwner): void {
  const reasons = passwordWeaknesses(password, policy, owner);
  if (reasons.length > 0) throw tooWeak(reasons);
}

/**
 * Refuses a password that the person has, or had not long ago.
 * @param remembered hashes
 * @throws PASSWORD_TOO_WEAK
 */
export async function checkNotRemembered(password: string, remembered: readonly string[]): Promise<void> {
  for (const hash of remembered) if (await verifyPassword(hash, password)) throw tooWeak(['it was used before']);
}
