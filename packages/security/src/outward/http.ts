// Calls to addresses that people have configured: pinned to what was checked, with an end in size and time, redirects checked anew.
import type { LookupFunction } from 'node:net';
import { fail, TesseraError } from '@tessera/kernel';
import { Agent, request as send, type Dispatcher } from 'undici';
import { destinationOf, type Destination, type OutwardPolicy } from './addresses.ts';

export interface OutwardOptions {
  /** Most bytes of an answer; default 1 MiB. */
  readonly maxBytes?: number;
  /** From the look-up of the name to the last byte, over all redirects; default 10 s. */
  readonly timeoutMs?: number;
  /** Certificates (PEM) to believe instead of the usual ones. */
  readonly ca?: string;
}

interface Limits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly ca: string | undefined;
}

interface OutwardCall {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

const mostRedirects = 5;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Answers that have no body, by RFC 9110. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/** What belongs to the connection, and Host, by which TLS would be asked for another name than was checked. */
const ours =
  /^(?:host|connection|keep-alive|proxy-.*|transfer-encoding|te|trailer|upgrade|expect|content-length|accept-encoding|http2-settings)$/;
/** Headers that another origin may see: any other may hold a secret. */
const harmless = /^(?:accept|accept-encoding|accept-language|content-type|user-agent)$/;
const ofBody = /^content-/;

/** Gives the connection the addresses that were checked, and asks nobody again: DNS may answer otherwise by now. */
function pinned({ host, addresses }: Destination): LookupFunction {
  return (name, { all }, callback) => {
    const [first] = addresses;
    if (name.replace(/\.$/, '') !== host || first === undefined) callback(new TypeError(`${name} was not checked`), '', 0);
    else if (all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

const failed = ({ origin }: URL, reason: string, cause?: unknown): TesseraError => fail('OUTWARD_FAILED', { origin, reason }, {}, cause);

function headersOf(given: Dispatcher.ResponseData['headers']): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    for (const each of typeof value === 'string' ? [value] : (value ?? [])) headers.append(name, each);
  }
  return headers;
}

async function bodyOf(url: URL, { headers, body }: Dispatcher.ResponseData, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): TesseraError => failed(url, `the answer has more than ${maxBytes} bytes.`);
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const coding = headers['content-encoding'] ?? 'identity';
  // Asked for none; and what is small here could be large unpacked.
  if (coding !== 'identity') throw failed(url, 'the answer is compressed, which was not asked for.');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** One call without redirects, on a connection of its own: none that is kept could lead elsewhere later. */
async function once(policy: OutwardPolicy, call: OutwardCall, limits: Limits, signal: AbortSignal): Promise<Answer> {
  const { url, method, headers, body } = call;
  const { maxBytes, timeoutMs, ca } = limits;
  const destination = await destinationOf(policy, url, signal);
  const agent = new Agent({
    connect: { lookup: pinned(destination), timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) },
    allowH2: false,
    maxHeaderSize: 16_384,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  try {
    // The agent is ours, so proxies of the environment are not asked: they would resolve the name once more.
    const answer = await send(url, { dispatcher: agent, method, headers, body, signal });
    return { status: answer.statusCode, headers: headersOf(answer.headers), body: await bodyOf(url, answer, maxBytes) };
  } finally {
    await agent.destroy();
  }
}

/** The call that a redirect asks for. @throws OUTWARD_REFUSED, OUTWARD_FAILED */
function redirected(call: OutwardCall, status: number, location: string): OutwardCall {
  const next = URL.parse(location, call.url);
  if (next === null) throw failed(call.url, 'it redirects to what is no address.');
  const refused = (reason: string): TesseraError => fail('OUTWARD_REFUSED', { origin: next.origin, reason });
  if (call.url.protocol === 'https:' && next.protocol !== 'https:') throw refused('a redirect may not lead from https to http.');
  const toGet = status === 303 ? call.method !== 'HEAD' : status <= 302 && call.method === 'POST';
  const [method, body] = toGet ? ['GET', null] : [call.method, call.body];
  const same = next.origin === call.url.origin;
  // What is sent may hold a secret as well as a header may.
  if (!same && body !== null) throw refused(`a redirect of ${call.url.origin} would send it what was meant for that. Configure it.`);
  const kept = Object.entries(call.headers).filter(([name]) => (same || harmless.test(name)) && !(toGet && ofBody.test(name)));
  return { url: next, method, body, headers: Object.fromEntries(kept) };
}

async function firstCall(input: RequestInfo | URL, init: RequestInit | undefined): Promise<OutwardCall> {
  const text = input instanceof Request ? input.url : String(input);
  const url = URL.parse(text);
  if (url === null) throw fail('OUTWARD_REFUSED', { origin: text.slice(0, 100), reason: 'it is no address.' });
  // The platform's own reading of methods, headers and bodies; the address is of no matter to it.
  const request = new Request(input instanceof Request ? input : 'http://outward.invalid/', init);
  const given = [...request.headers].filter(([name]) => !ours.test(name));
  return {
    url,
    method: request.method,
    headers: { 'user-agent': 'tessera', ...Object.fromEntries(given), 'accept-encoding': 'identity' },
    body: request.body === null ? null : new Uint8Array(await request.arrayBuffer()),
  };
}

/**
 * `fetch` for addresses that somebody has configured. It goes only where the policy lets it, redirects (at most five) included; a
 * redirect to another origin takes neither secrets nor a body along. Answers are read whole before they are handed back.
 * @throws OUTWARD_REFUSED where it may not go, OUTWARD_FAILED where the call does not succeed, and the reason of the caller's signal
 */
export function outwardFetch(policy: OutwardPolicy, options: OutwardOptions = {}): typeof fetch {
  const limits: Limits = { maxBytes: options.maxBytes ?? 1_048_576, timeoutMs: options.timeoutMs ?? 10_000, ca: options.ca };
  return async (input, init) => {
    let call = await firstCall(input, init);
    const over = AbortSignal.timeout(limits.timeoutMs);
    const given = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const signal = given === undefined ? over : AbortSignal.any([given, over]);
    const mode = init?.redirect ?? 'follow';
    try {
      for (let hops = 0; ; hops += 1) {
        const { status, headers, body } = await once(policy, call, limits, signal);
        const location = redirects.has(status) ? headers.get('location') : null;
        if (location === null || mode === 'manual')
          return new Response(bodiless.has(status) ? null : new Uint8Array(body), { status, headers });
        if (mode === 'error' || hops === mostRedirects) throw failed(call.url, 'it redirects too often.');
        call = redirected(call, status, location);
      }
    } catch (error) {
      if (error instanceof TesseraError) throw error;
      if (given?.aborted === true) throw error;
      if (over.aborted) throw failed(call.url, `it took longer than ${limits.timeoutMs} ms.`, error);
      throw failed(call.url, 'it cannot be reached, or does not answer as it should.', error);
    }
  };
}
