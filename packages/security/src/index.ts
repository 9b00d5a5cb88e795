// Who a caller is (passwords, tokens), what the caller may do (policies), and what is kept sealed.
/** Passwords as argon2id hashes, and what a tenant asks of them. */
export { hashPassword, verifyPassword } from './authn/passwords.ts';
export { checkNotRemembered, checkPassword, passwordWeaknesses } from './authn/password-policy.ts';
/** Access tokens; tokens that are random and kept as hashes (refresh, reset, API keys). */
export { tokenSigner, type TokenSigner } from './authn/tokens.ts';
export { isApiKey, newApiKey, newTenantToken, readApiKey, tenantOfToken, tokenHash } from './authn/random-tokens.ts';
/** One-time codes of authenticator apps (RFC 6238), and the recovery codes beside them. */
export { newRecoveryCodes, newTotpSecret, provisioningUri, recoveryHash, stepOfCode } from './authn/one-time-codes.ts';
/** Signing in at an OpenID provider. */
export { finishProviderLogin, startProviderLogin, type OpenIdClient, type OutwardFetch, type ProviderPerson } from './authn/openid.ts';
/** Texts sealed under the configured secrets, and keys derived from them. */
export { deriveKey, secretId, secretSealer, type SecretSealer } from './sealer.ts';
/** What an actor may do: policies, their slots' values, and which records of an object they leave; `readCondition` is that for queries. */
export { administratorPolicy, allows, policySlots, recordAccess, type AccessLayer, type Policy, type Records } from './authz/policy.ts';
export { readCondition } from './authz/record-access.ts';
/** From a person to the policy: `loadPerson(door, { model, userId, subjects: personWanted(model) })`, then `compilePolicy`. */
export { compilePolicy } from './authz/compile-policy.ts';
export { personWanted, speaksOf } from './authz/subjects.ts';
/** The Model as it exists for a person. */
export { viewOf } from './authz/view.ts';
/** Reads as far as a policy lets them go. */
export { restrict, restrictCondition, restrictRule } from './authz/restrict.ts';
/** What a policy has against a write: of an object at all, and of one record. */
export { checkVerb, checkWrite, type WriteCheck } from './authz/check-write.ts';
/** Why somebody may, or may not. */
export { explainGrants, explainPlan, type ExplainedField, type ExplainedGrants, type ExplainPlan } from './authz/explain.ts';
/** What a change of metadata gives and takes. */
export {
  comparePolicies,
  compareRecords,
  differenceSlots,
  type FormerNames,
  type ObjectDifference,
  type RecordDifference,
  type Side,
} from './authz/compare.ts';
/** What leaves the platform: checked and pinned calls, links, templates. */
export * from './outward/index.ts';
