// Schemas of signing in: tokens, sessions, second factors, API keys, providers.
import { flag, id, idOrNull, listOf, objectSchema, text, textOrNull, time, timeOrNull, whole, type JsonSchema } from './shapes.ts';

const email: JsonSchema = { type: 'string', format: 'email' };
const password: JsonSchema = { type: 'string', writeOnly: true };
const code: JsonSchema = { type: 'string', description: 'Of the authenticator app, or a recovery code. Each is good once.' };

const tokens: Readonly<Record<string, JsonSchema>> = {
  accessToken: text,
  refreshToken: { type: 'string', description: 'Good once. Shown a second time it ends the session, also where an answer was lost.' },
  expiresIn: { ...whole, description: 'Seconds until the access token ends.' },
};

const apiKey: Readonly<Record<string, JsonSchema>> = {
  id,
  userId: id,
  name: text,
  permissionSets: listOf(text),
  createdBy: idOrNull,
  createdAt: time,
  expiresAt: time,
  lastUsedAt: { ...timeOrNull, description: 'To the minute.' },
  lastAddress: textOrNull,
  revokedAt: timeOrNull,
};

const provider: Readonly<Record<string, JsonSchema>> = {
  issuer: { type: 'string', format: 'uri' },
  clientId: text,
  domains: { ...listOf(text), description: 'Domains of emails that the provider may speak for; empty: all.' },
  createUsers: { ...flag, description: 'Whether people whom the tenant does not know yet become users. Needs domains.' },
  roles: { ...listOf(text), description: 'Roles of the users so made; none of an administrator.' },
};

/** By the names under which `shared` finds them. */
export const identitySchemas: Readonly<Record<string, JsonSchema>> = {
  LogIn: objectSchema({ tenant: text, email, password, code }, ['tenant', 'email', 'password']),
  EnrolAtLogIn: objectSchema({ tenant: text, email, password }),
  PasswordChange: objectSchema({ tenant: text, email, password, newPassword: password, code }, [
    'tenant',
    'email',
    'password',
    'newPassword',
  ]),
  ResetRequest: objectSchema({ tenant: text, email }),
  Reset: objectSchema({ token: text, password }),
  ResetToken: objectSchema({
    token: text,
    link: { ...textOrNull, description: 'Null where the server does not know its public address (PUBLIC_URL).' },
    expiresAt: time,
  }),
  NewPassword: objectSchema({ password, mustChange: { ...flag, default: true, description: 'To be changed at the next log-in.' } }, [
    'password',
  ]),
  Refresh: objectSchema({ refreshToken: text }),
  Tokens: objectSchema(
    { ...tokens, recoveryCodes: { ...listOf(text), description: 'Only where this log-in has confirmed a second factor. Shown once.' } },
    Object.keys(tokens),
  ),
  ForUser: objectSchema({ user: id }),
  ImpersonationToken: objectSchema({ accessToken: text, expiresIn: whole }),
  Session: objectSchema({
    id,
    userId: id,
    userAgent: textOrNull,
    address: textOrNull,
    createdAt: time,
    lastUsedAt: { ...timeOrNull, description: 'To the minute.' },
    expiresAt: time,
    current: { ...flag, description: 'The one that asks.' },
    impersonatedBy: { ...idOrNull, description: 'The administrator who acts in it.' },
  }),
  SecondFactorStatus: objectSchema({ enrolled: flag, required: flag }),
  Enrolment: objectSchema({
    secret: { type: 'string', description: 'Base32. Shown once.' },
    uri: { type: 'string', format: 'uri', description: 'otpauth://, as a QR code.' },
  }),
  Code: objectSchema({ code }),
  RecoveryCodes: objectSchema({ recoveryCodes: listOf(text) }),
  ApiKey: objectSchema(apiKey),
  NewApiKey: objectSchema(
    {
      name: text,
      permissionSets: {
        ...listOf(text),
        minItems: 1,
        description: 'Permission sets of the metadata: the key may what its person may and one of these grants.',
      },
      expiresAt: { ...time, description: 'Within two years.' },
      user: { ...id, description: 'Somebody else, by an administrator.' },
    },
    ['name', 'permissionSets', 'expiresAt'],
  ),
  CreatedApiKey: objectSchema({ ...apiKey, key: { type: 'string', description: 'To be sent as Authorization: Bearer. Shown once.' } }),
  Deactivation: objectSchema({ handOverTo: { ...id, description: 'Who gets the records that the person owns.' } }, []),
  Deactivated: objectSchema({
    sessions: whole,
    apiKeys: whole,
    handedOver: listOf(
      objectSchema({
        object: text,
        count: whole,
        refused: { ...whole, description: 'Records that a rule did not let go; they keep their owner.' },
      }),
    ),
  }),
  IdentityProvider: objectSchema({ name: text, ...provider, hasSecret: flag }),
  IdentityProviderInput: objectSchema(
    {
      ...provider,
      clientSecret: { type: ['string', 'null'], writeOnly: true, description: 'Left out: it stays as it is. Null: a public client.' },
    },
    ['issuer', 'clientId'],
  ),
};
