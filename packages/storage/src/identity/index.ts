// Signing in, as it is stored: passwords, sessions, single-use tokens, API keys, second factors, providers, and what is sealed.
export { doorOf, type IdentityDoor } from './door.ts';
export {
  credentialOfUser,
  findCredential,
  hasCredentials,
  noteFailure,
  noteSuccess,
  rememberedPasswords,
  setCredential,
  type Credential,
  type NewCredential,
} from './credentials.ts';
export {
  createSession,
  findSession,
  revokeSessions,
  rotateSession,
  sessionOfSpent,
  sessionsOfUser,
  sessionUser,
  touchSession,
  type LiveSession,
  type NewSession,
  type WhichSessions,
} from './sessions.ts';
export {
  dropOnceTokens,
  hasOnceTokenSince,
  keepOnceToken,
  peekOnceToken,
  useOnceToken,
  type FoundToken,
  type OnceToken,
  type TokenPurpose,
} from './once-tokens.ts';
export {
  apiKeyByHash,
  createApiKey,
  findApiKey,
  listApiKeys,
  liveApiKey,
  revokeApiKeys,
  touchApiKey,
  type ApiKey,
  type NewApiKey,
} from './api-keys.ts';
export {
  beginSecondFactor,
  confirmSecondFactor,
  findSecondFactor,
  noteWrongCode,
  removeSecondFactor,
  setRecoveryCodes,
  takeStep,
  useRecoveryCode,
  type SecondFactor,
} from './second-factors.ts';
export { listProviders, putProvider, removeProvider, type IdentityProvider } from './providers.ts';
export { findUser, lockUser, ownedRecords, type IdentityUser } from './users.ts';
export { putResealed, sealedColumns, sealedRows, type ResealedRow, type SealedColumn, type SealedRow } from './sealed.ts';
