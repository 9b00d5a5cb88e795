// What can be asked by somebody who is not signed in, beside logging in itself.
import type { TokenPair } from '../types/operation.ts';
import type { RequestInfo } from '../request-info.ts';
import type { Enrolment, GivenPassword, LogIn } from './shapes.ts';

export type { LogIn } from './shapes.ts';

export interface OpenIdentity {
  /**
   * Changes a password with the present one, and signs in.
   * @throws AUTHENTICATION_FAILED, PASSWORD_TOO_WEAK, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_ENROLMENT_REQUIRED, SECOND_FACTOR_INVALID
   */
  changePassword(input: LogIn & { readonly newPassword: string }, request: RequestInfo): Promise<TokenPair>;
  /**
   * Sends a reset's mail, after this has returned: neither the answer nor its time tells whether there is such a person.
   * @throws LOGIN_LIMITED, as all that follows and may be guessed at
   */
  askReset(input: { readonly tenant: string; readonly email: string }, request: RequestInfo): Promise<void>;
  /** @throws RESET_TOKEN_INVALID, PASSWORD_TOO_WEAK */
  resetPassword(input: { readonly token: string; readonly password: string }, request: RequestInfo): Promise<void>;
  /** For those whom the tenant does not let in without a second factor. @throws AUTHENTICATION_FAILED, SECOND_FACTOR_EXISTS */
  enrol(input: GivenPassword, request: RequestInfo): Promise<Enrolment>;
  /** Names of the providers at which a tenant's people may sign in. */
  providers(tenant: string): Promise<readonly string[]>;
  /** Where to send somebody, and what the browser must keep until it is sent back. @throws PROVIDER_UNKNOWN, PROVIDER_FAILED */
  beginProviderLogin(input: {
    readonly tenant: string;
    readonly provider: string;
  }): Promise<{ readonly url: string; readonly binding: string }>;
  /** @throws PROVIDER_LOGIN_REFUSED, PROVIDER_FAILED */
  endProviderLogin(input: { readonly query: string; readonly binding: string }, request: RequestInfo): Promise<{ readonly code: string }>;
  /** Tokens for the code that `endProviderLogin` gave. @throws AUTHENTICATION_FAILED */
  exchangeProviderCode(code: string, request: RequestInfo): Promise<TokenPair>;
}
