// Who a caller is (passwords, tokens), what the caller may do (policies), and what is kept sealed.
/** Passwords as argon2id hashes, and what a tenant asks of them. */
export { hashPassword, verifyPassword } from './authn/passwords.ts';
export { checkNotRemembered, checkPassword, passwordWeaknesses, type PasswordOwner } from './authn/password-policy.ts';
/** Access tokens; tokens that are random and kept as hashes (refresh, reset, API keys). */
export { tokenSigner, type AccessClaims, type TokenSigner } from './authn/tokens.ts';
export { isApiKey, newApiKey, newTenantToken, readApiKey, tenantOfToken, tokenHash } from './authn/random-tokens.ts';
/** One-time codes of authenticator apps (RFC 6238), and the recovery codes beside them. */
export { newRecoveryCodes, newTotpSecret, provisioningUri, recoveryHash, stepOfCode } from './authn/one-time-codes.ts';
/** Signing in at an OpenID provider. */
export {
  finishProviderLogin,
  startProviderLogin,
  type OpenIdClient,
  type OutwardFetch,
  type ProviderLogin,
  type ProviderPerson,
} from './authn/openid.ts';
/** Texts sealed under the configured secrets, and keys derived from them. */
export { deriveKey, secretId, secretSealer, type SecretSealer } from './sealer.ts';
/** What an actor may do: policies, their slots' values, and which records of an object they leave. */
export {
  administratorPolicy,
  policySlots,
  recordAccess,
  type AccessLayer,
  type ObjectPolicy,
  type Policy,
  type RecordAccess,
  type Records,
} from './authz/policy.ts';
/** From a person to the policy: `loadPerson(door, { model, userId, subjects: personWanted(model) })`, then `compilePolicy`. */
export { compilePolicy, type PolicyOptions } from './authz/compile-policy.ts';
export { personWanted, rulesFor, speaksOf, subjectsOf } from './authz/subjects.ts';
/** The Model as it exists for a person. */
export { viewOf } from './authz/view.ts';
/** Reads as far as a policy lets them go. */
export { restrict } from './authz/restrict.ts';
export { restrictExpression, type Restricting } from './authz/restrict-expression.ts';
/** What a policy has against a write, and the fields that it lets be set. */
export { checkVerb, checkWrite, writableFields, type WriteCheck, type WriteKind } from './authz/check-write.ts';
/** Why somebody may, or may not. */
export {
  explainGrants,
  explainPlan,
  type ExplainedField,
  type ExplainedGrants,
  type ExplainPlan,
  type GrantOrigin,
} from './authz/explain.ts';
/** What a change of metadata gives and takes. */
export {
  comparePolicies,
  compareRecords,
  differenceSlots,
  type ObjectDifference,
  type RecordDifference,
  type Side,
} from './authz/compare.ts';
/** What leaves the platform: checked and pinned calls, links, templates. */
export * from './outward/index.ts';
