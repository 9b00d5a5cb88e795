// Operations on identities: what they take and what they give.
import type { ApiKey } from '@tessera/storage';
import type { Deactivated, Enrolment, ShownProvider, ShownSession } from './shapes.ts';

type Nothing = Readonly<Record<string, never>>;

/** `user` names somebody else, which is for administrators; left out: the caller. */
interface OfUser {
  readonly user?: string;
}

export interface IdentityOperations {
  'sessions.list': { readonly input: OfUser; readonly output: readonly ShownSession[] };
  'sessions.revoke': { readonly input: { readonly id: string }; readonly output: Nothing };
  /** All but the one that asks; with `user`: all of that person. */
  'sessions.revokeOthers': { readonly input: OfUser; readonly output: { readonly revoked: number } };
  'apiKeys.list': { readonly input: OfUser; readonly output: readonly ApiKey[] };
  'apiKeys.create': {
    readonly input: OfUser & {
      readonly name: string;
      /** Names of permission sets of the Model, one at least: the key may what its person may and these grant. */
      readonly permissionSets: readonly string[];
      /** RFC 3339, within two years. */
      readonly expiresAt: string;
    };
    /** `key` is shown only here. */
    readonly output: ApiKey & { readonly key: string };
  };
  'apiKeys.revoke': { readonly input: { readonly id: string }; readonly output: Nothing };
  'secondFactor.status': { readonly input: Nothing; readonly output: { readonly enrolled: boolean; readonly required: boolean } };
  'secondFactor.enrol': { readonly input: Nothing; readonly output: Enrolment };
  'secondFactor.confirm': { readonly input: { readonly code: string }; readonly output: { readonly recoveryCodes: readonly string[] } };
  /** The caller's own with a code; with `user` somebody else's without. */
  'secondFactor.remove': { readonly input: OfUser & { readonly code?: string }; readonly output: Nothing };
  'users.resetToken': {
    readonly input: { readonly user: string };
    /** `link` is null where the server does not know its public address. */
    readonly output: { readonly token: string; readonly link: string | null; readonly expiresAt: string };
  };
  /** `mustChange` is true unless given. */
  'users.setPassword': {
    readonly input: { readonly user: string; readonly password: string; readonly mustChange?: boolean };
    readonly output: Nothing;
  };
  'users.impersonate': {
    readonly input: { readonly user: string };
    readonly output: { readonly accessToken: string; readonly expiresIn: number };
  };
  'users.deactivate': { readonly input: { readonly user: string; readonly handOverTo?: string }; readonly output: Deactivated };
  'identity.providers.list': { readonly input: Nothing; readonly output: readonly ShownProvider[] };
  'identity.providers.put': {
    readonly input: {
      readonly name: string;
      readonly issuer: string;
      readonly clientId: string;
      /** Left out: the one that is there stays. Null: a public client. */
      readonly clientSecret?: string | null;
      readonly domains?: readonly string[];
      readonly createUsers?: boolean;
      readonly roles?: readonly string[];
    };
    readonly output: ShownProvider;
  };
  'identity.providers.remove': { readonly input: { readonly name: string }; readonly output: Nothing };
}

export type InputOf<N extends keyof IdentityOperations> = IdentityOperations[N]['input'];
