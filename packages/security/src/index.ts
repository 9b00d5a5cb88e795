// Who a caller is (passwords, tokens), what the caller may do (policies), and what is kept sealed.
export { hashPassword, verifyPassword, checkPasswordStrength } from './authn/passwords.ts';
export { tokenSigner, newRefreshToken, refreshHash, type AccessClaims, type TokenSigner } from './authn/tokens.ts';
export { secretSealer, deriveKey, type SecretSealer } from './sealer.ts';
export { administratorPolicy, restrict, type Policy } from './authz/policy.ts';
