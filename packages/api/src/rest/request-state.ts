// What is known of a request from its headers alone: its id, its languages, whether the caller is still there.
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { IdSource } from '@tessera/kernel';
import type { RequestInfo } from '@tessera/engine';
import { fail } from '@tessera/kernel';

/** Ids of other systems are taken if they are short and cannot forge a line of a log. */
const saneId = /^[A-Za-z0-9._:+/=-]{1,100}$/;
const saneKey = /^[\x21-\x7e]{1,255}$/;
const language = /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/;
const mostLanguages = 10;

/** The header's languages, best first (RFC 9110 §12.5.4); `*` and what is not BCP 47 are passed over. */
export function acceptedLanguages(header: string | undefined): readonly string[] {
  if (header === undefined || header.length > 500) return [];
  const weighed = header.split(',').flatMap((part) => {
    const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    if (!language.test(tag)) return [];
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    const weight = quality === undefined ? 1 : Number(quality.slice(2));
    return weight > 0 && weight <= 1 ? [{ tag, weight }] : [];
  });
  return weighed
    .sort((a, b) => b.weight - a.weight)
    .slice(0, mostLanguages)
    .map(({ tag }) => tag);
}

export function requestIdOf(header: string | string[] | undefined, newId: IdSource): string {
  return typeof header === 'string' && saneId.test(header) ? header : newId();
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}

/** Where a request comes from. */
export type AddressOf = (request: IncomingMessage) => string | undefined;

/** The socket's other end. */
export const socketAddress: AddressOf = ({ socket }) => socket.remoteAddress;

/**
 * Behind proxies: the socket's other end, or, where that is one of the proxies that were configured, whom it names (X-Forwarded-For).
 * Some proxies name a port as well.
 * @param named gives as much of the header as the proxies have written
 */
export function addressBehind(named: AddressOf): AddressOf {
  return (request) => {
    const address =
      named(request)
        ?.trim()
        .replace(/^\[(.*)\](?::\d+)?$|^([\d.]+):\d+$/, '$1$2') ?? '';
    return isIP(address) === 0 ? socketAddress(request) : address;
  };
}

/** What of a request was found out by others. */
interface Known {
  readonly requestId: string;
  readonly signal: AbortSignal;
  readonly address: string | undefined;
}

/** What transports hand to the engine with every request. */
export function requestInfo(request: IncomingMessage, { requestId, signal, address }: Known): RequestInfo {
  const key = one(request.headers['idempotency-key']);
  if (key !== undefined && !saneKey.test(key)) {
    throw fail('REQUEST_PARAMETER_INVALID', {
      name: 'Idempotency-Key',
      reason: 'it takes 1 to 255 printable ASCII characters without blanks.',
    });
  }
  const userAgent = one(request.headers['user-agent'])?.slice(0, 300);
  return {
    requestId,
    languages: acceptedLanguages(one(request.headers['accept-language'])),
    signal,
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(address === undefined ? {} : { address }),
  };
}

/** Whether the request shows no token at all. */
export function isStranger(request: IncomingMessage): boolean {
  return request.headers.authorization === undefined;
}

/** The access token of `Authorization: Bearer …` (RFC 6750). @throws AUTHENTICATION_REQUIRED */
export function bearerToken(request: IncomingMessage): string {
  const match = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(request.headers.authorization ?? '');
  if (match?.[1] === undefined) throw fail('AUTHENTICATION_REQUIRED');
  return match[1];
}
