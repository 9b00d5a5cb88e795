// The list of operations on identities. All look first whether the caller's session still stands.
import type { Session } from '../engine-parts.ts';
import { apiKeysOf, makeApiKey, revokeApiKey } from './api-keys.ts';
import { deactivate } from './deactivation.ts';
import { impersonate } from './impersonation.ts';
import { givePassword, giveResetToken } from './new-passwords.ts';
import type { IdentityOperations } from './operation-types.ts';
import { dropProvider, providersOf, setProvider } from './providers.ts';
import { confirmEnrol, enrol, factorStatus, removeFactor } from './second-factor.ts';
import { listSessions, revokeOtherSessions, revokeSession } from './sessions.ts';

type Name = keyof IdentityOperations;

interface IdentityOperation<N extends Name> {
  readonly permission: 'use' | 'administer';
  readonly fresh: boolean;
  run(session: Session, input: IdentityOperations[N]['input']): Promise<IdentityOperations[N]['output']>;
}

export const identityOperations: { readonly [N in Name]: IdentityOperation<N> } = {
  'sessions.list': { permission: 'use', fresh: true, run: listSessions },
  'sessions.revoke': { permission: 'use', fresh: true, run: revokeSession },
  'sessions.revokeOthers': { permission: 'use', fresh: true, run: revokeOtherSessions },
  'apiKeys.list': { permission: 'use', fresh: true, run: apiKeysOf },
  'apiKeys.create': { permission: 'use', fresh: true, run: makeApiKey },
  'apiKeys.revoke': { permission: 'use', fresh: true, run: revokeApiKey },
  'secondFactor.status': { permission: 'use', fresh: true, run: factorStatus },
  'secondFactor.enrol': { permission: 'use', fresh: true, run: enrol },
  'secondFactor.confirm': { permission: 'use', fresh: true, run: confirmEnrol },
  'secondFactor.remove': { permission: 'use', fresh: true, run: removeFactor },
  'users.resetToken': { permission: 'administer', fresh: true, run: giveResetToken },
  'users.setPassword': { permission: 'administer', fresh: true, run: givePassword },
  'users.impersonate': { permission: 'administer', fresh: true, run: impersonate },
  // Its write is guarded, and run again where the tenant has moved on.
  'users.deactivate': { permission: 'administer', fresh: false, run: deactivate },
  'identity.providers.list': { permission: 'administer', fresh: true, run: providersOf },
  'identity.providers.put': { permission: 'administer', fresh: true, run: setProvider },
  'identity.providers.remove': { permission: 'administer', fresh: true, run: dropProvider },
};
