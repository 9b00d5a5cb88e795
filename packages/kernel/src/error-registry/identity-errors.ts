// Errors: who asks.
import type { Entries } from './entry.ts';

export const identityErrors = {
  // identity
  AUTHENTICATION_REQUIRED: { status: 401, message: 'Sign in first: send Authorization: Bearer with an access token.' },
  AUTHENTICATION_FAILED: { status: 401, message: 'Tenant, email or password is wrong.' },
  TOKEN_INVALID: { status: 401, message: 'The token is invalid or has expired. Sign in again, or use the refresh token.' },
  PASSWORD_TOO_WEAK: { status: 422, message: 'The password is too weak: {reasons}' },
  PASSWORD_CHANGE_REQUIRED: {
    status: 403,
    message: 'A new password is due. Send it with the present one to /api/v1/auth/password, which signs in.',
  },
  RESET_TOKEN_INVALID: { status: 403, message: 'The link has been used already, or has run out. Ask for a new one.' },
  SECOND_FACTOR_REQUIRED: { status: 401, message: 'Send the code of your authenticator app, or a recovery code, as code.' },
  SECOND_FACTOR_ENROLMENT_REQUIRED: {
    status: 403,
    message: 'A second factor is needed here. Enrol at /api/v1/auth/second-factor/enrol, then sign in with its first code.',
  },
  SECOND_FACTOR_INVALID: { status: 422, message: 'The code is wrong, or was used before. Wait for the next one.' },
  SECOND_FACTOR_EXISTS: { status: 409, message: 'There is a second factor already. Remove it first.' },
  SECOND_FACTOR_MISSING: { status: 404, message: 'There is no second factor. Enrol first.' },
  SESSION_NOT_FOUND: { status: 404, message: 'There is no session {id}, or it has ended.' },
  API_KEY_NOT_FOUND: { status: 404, message: 'There is no API key {id}, or it was revoked.' },
  IMPERSONATION_REFUSED: { status: 403, message: 'You may not act as this person: {reason}' },
  PROVIDER_UNKNOWN: { status: 404, message: 'There is no identity provider {name}.' },
  PROVIDER_FAILED: { status: 502, message: 'The identity provider did not sign you in. Try again; if it goes on, ask an administrator.' },
  PROVIDER_LOGIN_REFUSED: { status: 403, message: 'The identity provider has signed you in, but not here: {reason}' },
  PERMISSION_DENIED: { status: 403, message: 'You may not {action}.' },
} as const satisfies Entries;
