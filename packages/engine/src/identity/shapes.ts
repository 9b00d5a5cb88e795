// What goes in and out when people sign in: plain data, which everything else here works on.
import type { IdentityProvider, LiveSession } from '@tessera/storage';

export interface GivenPassword {
  readonly tenant: string;
  readonly email: string;
  readonly password: string;
}

export interface LogIn extends GivenPassword {
  /** Of the authenticator app, or a recovery code. */
  readonly code?: string;
}

/** What an authenticator app is set up with; shown once. */
export interface Enrolment {
  /** Base32. */
  readonly secret: string;
  /** `otpauth://totp/…`, as a QR code. */
  readonly uri: string;
}

export interface ShownSession extends Omit<LiveSession, 'impersonator'> {
  /** The one that asks. */
  readonly current: boolean;
  /** The administrator who acts in it. */
  readonly impersonatedBy: string | null;
}

/** A provider as administrators see it: its secret never comes back. */
export interface ShownProvider extends Omit<IdentityProvider, 'clientSecret'> {
  readonly hasSecret: boolean;
}

export interface HandedOver {
  readonly object: string;
  readonly count: number;
  /** Records that a rule of the object did not let go; they keep their owner. */
  readonly refused: number;
}

export interface Deactivated {
  readonly sessions: number;
  readonly apiKeys: number;
  readonly handedOver: readonly HandedOver[];
}
