// Signing in at an OpenID provider: authorization code with PKCE, state and nonce; the caller keeps what belongs to a log-in.
import * as openid from 'openid-client';
import { fail } from '@tessera/kernel';

/** How requests to providers go out; whoever hands it in checks the addresses. */
export interface OutwardFetch {
  readonly fetch: typeof fetch;
  /** Also `http:`, which is for tests and closed networks only. */
  readonly allowHttp: boolean;
}

/** How a provider knows us. */
export interface OpenIdClient {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client. */
  readonly clientSecret: string | undefined;
  /** Where the provider sends people back to; fixed, whatever the request says. */
  readonly redirectUri: string;
}

/** A log-in that has begun. */
export interface ProviderLogin {
  readonly state: string;
  readonly nonce: string;
  /** PKCE's (RFC 7636). */
  readonly verifier: string;
}

/** Whom the provider speaks of. */
export interface ProviderPerson {
  readonly subject: string;
  /** Undefined unless the provider says that it has verified it. */
  readonly email: string | undefined;
  readonly name: string | undefined;
}

/** By the header, which OpenID Connect has as its default, unless the provider takes the secret in the body only. */
function authentication(secret: string | undefined): openid.ClientAuth {
  if (secret === undefined) return openid.None();
  const [basic, post] = [openid.ClientSecretBasic(secret), openid.ClientSecretPost(secret)];
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    (methods.includes('client_secret_basic') ? basic : post)(server, client, body, headers);
  };
}

async function discovered({ issuer, clientId, clientSecret }: OpenIdClient, outward: OutwardFetch): Promise<openid.Configuration> {
  const options: openid.DiscoveryRequestOptions = {
    // undici's and the library's own idea of a body differ in types only.
    [openid.customFetch]: (url, request) => outward.fetch(url, request as RequestInit),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to make one think; the configuration says it
    ...(outward.allowHttp ? { execute: [openid.allowInsecureRequests] } : {}),
  };
  return openid.discovery(new URL(issuer), clientId, undefined, authentication(clientSecret), options);
}

/** What a provider does wrong, or why it may not be asked, is no business of whoever signs in: the cause goes to the log. */
async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fail('PROVIDER_FAILED', {}, {}, error);
  }
}

/** Where to send somebody who signs in. @throws PROVIDER_FAILED */
export function startProviderLogin(client: OpenIdClient, login: ProviderLogin, outward: OutwardFetch): Promise<string> {
  return asked(async () => {
    const configuration = await discovered(client, outward);
    const url = openid.buildAuthorizationUrl(configuration, {
      redirect_uri: client.redirectUri,
      scope: 'openid email profile',
      state: login.state,
      nonce: login.nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(login.verifier),
      code_challenge_method: 'S256',
    });
    return url.href;
  });
}

/**
 * Exchanges what the provider has sent back for the person.
 * @param query of the request that came back, without its question mark
 * @throws PROVIDER_FAILED
 */
export function finishProviderLogin(
  client: OpenIdClient,
  login: ProviderLogin,
  query: string,
  outward: OutwardFetch,
): Promise<ProviderPerson> {
  return asked(async () => {
    const configuration = await discovered(client, outward);
    const tokens = await openid.authorizationCodeGrant(configuration, new URL(`${client.redirectUri}?${query}`), {
      pkceCodeVerifier: login.verifier,
      expectedState: login.state,
      expectedNonce: login.nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new TypeError('The provider has sent no ID token.');
    const complete = typeof claims['email'] === 'string' && claims['email_verified'] !== undefined;
    const told = complete ? claims : await openid.fetchUserInfo(configuration, tokens.access_token, claims.sub);
    const [email, name] = [told['email'], told['name']];
    return {
      subject: claims.sub,
      email: typeof email === 'string' && told['email_verified'] === true ? email : undefined,
      name: typeof name === 'string' && name.trim() !== '' ? name : undefined,
    };
  });
}
