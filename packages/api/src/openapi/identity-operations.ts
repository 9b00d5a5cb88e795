// Signing in, sessions, keys and people who sign in, as operations of the document.
import type { authRoutes } from '../rest/auth.ts';
import type { providerRoutes } from '../rest/providers.ts';
import type { sessionRoutes } from '../rest/sessions.ts';
import type { userRoutes } from '../rest/users.ts';
import { answer, json, listOf, objectSchema, problems, shared, text, type AnswerShape, type Operation, type Parameter } from './shapes.ts';

type IdentityRouteId = (typeof authRoutes | typeof sessionRoutes | typeof userRoutes | typeof providerRoutes)[number]['id'];

const done: AnswerShape = { description: 'Done.' };

const inPath = (name: string, description: string): Parameter => ({ name, in: 'path', required: true, description, schema: text });
const inQuery = (name: string, description: string): Parameter => ({ name, in: 'query', description, schema: text });

const ofUser = inQuery('user', 'The id of somebody else, for administrators. Default: the caller.');
const userId = inPath('id', 'The user’s id.');

const body = (name: string, example?: unknown): NonNullable<Operation['requestBody']> => ({
  required: true,
  content: json(shared(name), example),
});

type Untagged = Omit<Operation, 'tags'>;

const signingIn = (operation: Untagged): Operation => ({ ...operation, tags: ['Signing in'] });
const open = (operation: Untagged): Operation => signingIn({ security: [], ...operation });
const keys = (operation: Untagged): Operation => ({ ...operation, tags: ['API keys'] });
const people = (operation: Untagged): Operation => ({ ...operation, tags: ['People who sign in'] });
const providers = (operation: Untagged): Operation => ({ ...operation, tags: ['Identity providers'] });

const pair = answer('A pair of tokens.', shared('Tokens'));

const passwords = {
  logIn: open({
    summary: 'Sign in',
    description:
      'Answers AUTHENTICATION_FAILED whatever was wrong, also for an account that is locked after wrong passwords. PASSWORD_CHANGE_REQUIRED, ' +
      'SECOND_FACTOR_REQUIRED and SECOND_FACTOR_ENROLMENT_REQUIRED say what else is needed once the password was right.',
    requestBody: body('LogIn', { tenant: 'demo', email: 'admin@demo.example', password: '…' }),
    responses: { 200: pair, ...problems(400, 401, 403, 413, 415, 422) },
  }),
  refreshTokens: open({
    summary: 'A new pair of tokens for a refresh token, which is spent by it',
    description:
      'A token that was spent before ends the whole session at once: it may have been stolen. There is no grace for an answer that was lost on its way.',
    requestBody: body('Refresh'),
    responses: { 200: pair, ...problems(400, 401, 413, 415) },
  }),
  logOut: signingIn({ summary: 'End the session', responses: { 204: done, ...problems(401) } }),
  changePassword: open({
    summary: 'Change a password with the present one, and sign in',
    description: 'All other sessions of the person end.',
    requestBody: body('PasswordChange'),
    responses: { 200: pair, ...problems(400, 401, 403, 413, 415, 422) },
  }),
  askPasswordReset: open({
    summary: 'Have a link sent with which a new password can be set',
    description: 'Answers the same, and as fast, whether there is such a person or not. The link is good once, for 30 minutes.',
    requestBody: body('ResetRequest'),
    responses: { 202: { description: 'Taken.' }, ...problems(400, 413, 415) },
  }),
  resetPassword: open({
    summary: 'Set a new password with a reset’s token',
    description: 'All sessions of the person end.',
    requestBody: body('Reset'),
    responses: { 204: done, ...problems(400, 403, 413, 415, 422) },
  }),
  enrolAtLogIn: open({
    summary: 'Enrol a second factor where one is needed to sign in',
    description: 'The first code, sent with the next log-in, confirms it.',
    requestBody: body('EnrolAtLogIn'),
    responses: { 200: answer('What the authenticator app is set up with.', shared('Enrolment')), ...problems(400, 401, 403, 409) },
  }),
  impersonate: people({
    summary: 'Act as somebody else, for 15 minutes',
    description: 'For administrators, where the settings allow it, and never as another administrator. There is no refresh token.',
    requestBody: body('ForUser'),
    responses: { 200: answer('A token of the person’s.', shared('ImpersonationToken')), ...problems(400, 401, 403, 404) },
  }),
} satisfies Readonly<Record<(typeof authRoutes)[number]['id'], Operation>>;

const sessions = {
  listSessions: signingIn({
    summary: 'Live sessions, newest first',
    parameters: [ofUser],
    responses: { 200: answer('Sessions.', objectSchema({ sessions: listOf(shared('Session')) })), ...problems(401, 403, 404) },
  }),
  revokeOtherSessions: signingIn({
    summary: 'End all sessions but the one that asks',
    parameters: [ofUser],
    responses: { 200: answer('How many.', objectSchema({ revoked: { type: 'integer' } })), ...problems(401, 403, 404) },
  }),
  revokeSession: signingIn({
    summary: 'End a session: one’s own, or anybody’s for administrators',
    parameters: [inPath('id', 'The session’s id.')],
    responses: { 204: done, ...problems(401, 403, 404) },
  }),
  getSecondFactor: signingIn({
    summary: 'Whether the caller has a second factor, and whether the tenant asks for one',
    responses: { 200: answer('The state.', shared('SecondFactorStatus')), ...problems(401, 403) },
  }),
  enrolSecondFactor: signingIn({
    summary: 'Begin to enrol an authenticator app',
    responses: { 200: answer('What the app is set up with.', shared('Enrolment')), ...problems(401, 403, 409) },
  }),
  confirmSecondFactor: signingIn({
    summary: 'Confirm the app by its first code',
    requestBody: body('Code'),
    responses: { 200: answer('Codes for when the app is lost. Shown once.', shared('RecoveryCodes')), ...problems(401, 403, 404, 409) },
  }),
  removeSecondFactor: signingIn({
    summary: 'Remove the second factor, with a code',
    requestBody: body('Code'),
    responses: { 204: done, ...problems(401, 403, 404) },
  }),
  listApiKeys: keys({
    summary: 'API keys, newest first, revoked ones too',
    parameters: [ofUser],
    responses: { 200: answer('Keys.', objectSchema({ apiKeys: listOf(shared('ApiKey')) })), ...problems(401, 403, 404) },
  }),
  createApiKey: keys({
    summary: 'Make an API key',
    requestBody: body('NewApiKey'),
    responses: { 201: answer('The key, shown once.', shared('CreatedApiKey')), ...problems(401, 403, 404) },
  }),
  revokeApiKey: keys({
    summary: 'Revoke an API key: one’s own, or anybody’s for administrators',
    parameters: [inPath('id', 'The key’s id.')],
    responses: { 204: done, ...problems(401, 403, 404) },
  }),
} satisfies Readonly<Record<(typeof sessionRoutes)[number]['id'], Operation>>;

const users = {
  giveResetToken: people({
    summary: 'A reset’s token, to be handed over where no mail can be sent',
    parameters: [userId],
    responses: { 200: answer('The token, good once for 30 minutes.', shared('ResetToken')), ...problems(401, 403, 404) },
  }),
  setUserPassword: people({
    summary: 'Give somebody a password',
    description: 'All sessions of the person end.',
    parameters: [userId],
    requestBody: body('NewPassword'),
    responses: { 204: done, ...problems(401, 403, 404) },
  }),
  removeUserSecondFactor: people({
    summary: 'Remove the second factor of somebody who has lost it',
    parameters: [userId],
    responses: { 204: done, ...problems(401, 403, 404) },
  }),
  deactivateUser: people({
    summary: 'Deactivate a person, and hand over what the person owns',
    description: 'Sessions and API keys end at once. Broken off, it goes on when it is called again.',
    parameters: [userId],
    requestBody: body('Deactivation'),
    responses: { 200: answer('What ended, and what was handed over.', shared('Deactivated')), ...problems(401, 403, 404) },
  }),
} satisfies Readonly<Record<(typeof userRoutes)[number]['id'], Operation>>;

const away: AnswerShape = { description: 'Elsewhere.', headers: { Location: { $ref: '#/components/headers/Location' } } };

const atProviders = {
  listSignInProviders: open({
    summary: 'Where else a tenant’s people may sign in',
    parameters: [inQuery('tenant', 'The tenant’s name.')],
    responses: { 200: answer('Names.', objectSchema({ providers: listOf(objectSchema({ name: text })) })), ...problems(400) },
  }),
  beginProviderLogIn: open({
    summary: 'Go to an identity provider to sign in (for browsers)',
    parameters: [inPath('tenant', 'The tenant’s name.'), inPath('provider', 'The provider’s name.')],
    responses: { 302: away, ...problems(404) },
  }),
  endProviderLogIn: open({
    summary: 'Where the provider sends the browser back to',
    description: 'Goes on to /signed-in#code=…, a code to be exchanged for tokens.',
    parameters: [
      inQuery('code', 'From the provider.'),
      inQuery('state', 'From the provider.'),
      inQuery('iss', 'From the provider.'),
      inQuery('error', 'From the provider, where it refuses.'),
      ...['error_description', 'error_uri', 'session_state', 'scope', 'authuser', 'prompt', 'hd'].map((name) =>
        inQuery(name, 'Sent by some providers.'),
      ),
    ],
    responses: { 302: away, ...problems(400, 403) },
  }),
  exchangeProviderCode: open({
    summary: 'Tokens for the code that a log-in at a provider ended with',
    requestBody: body('Code'),
    responses: { 200: pair, ...problems(400, 401) },
  }),
  listIdentityProviders: providers({
    summary: 'The tenant’s identity providers',
    responses: { 200: answer('Providers.', objectSchema({ providers: listOf(shared('IdentityProvider')) })), ...problems(401, 403) },
  }),
  putIdentityProvider: providers({
    summary: 'Put an identity provider in, or change it',
    parameters: [inPath('name', 'Its name, as part of addresses.')],
    requestBody: body('IdentityProviderInput'),
    responses: { 200: answer('The provider.', shared('IdentityProvider')), ...problems(401, 403, 404) },
  }),
  removeIdentityProvider: providers({
    summary: 'Remove an identity provider',
    parameters: [inPath('name', 'Its name.')],
    responses: { 204: done, ...problems(401, 403, 404) },
  }),
} satisfies Readonly<Record<(typeof providerRoutes)[number]['id'], Operation>>;

/** By route. */
export const identityOperations: Readonly<Record<IdentityRouteId, Operation>> = { ...passwords, ...sessions, ...users, ...atProviders };
