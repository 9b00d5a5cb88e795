// Where calls may go: an address is resolved once, every answer is checked, and the call goes to what was checked.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { fail, type TesseraError } from '@tessera/kernel';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** All addresses of a host. */
export type Resolve = (host: string) => Promise<readonly { readonly address: string }[]>;

export interface OutwardSettings {
  /** Hosts, addresses and networks (`10.1.0.0/16`) that may be called though they are not public. */
  readonly allow?: readonly string[];
  /** Ports that may be called; default 80 and 443. */
  readonly ports?: readonly number[];
  /** Default: as the operating system does. */
  readonly resolve?: Resolve;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export interface OutwardPolicy {
  readonly hosts: ReadonlySet<string>;
  readonly networks: readonly (readonly [Address, number])[];
  readonly ports: ReadonlySet<number>;
  readonly resolve: Resolve;
}

/** A place that may be called, with the addresses that were checked. */
export interface Destination {
  /** Without brackets and final dot. */
  readonly host: string;
  readonly addresses: readonly ResolvedAddress[];
}

const byDefault: Resolve = (host) => lookup(host, { all: true, order: 'verbatim' });

/** A host as URLs have it: in lower case, punycode, numbers in whatever form as an address; undefined where it is none. */
function normalHost(text: string): string | undefined {
  const url = /[\s:/?#@\\]/.test(text) ? null : URL.parse(`http://${text}/`);
  return url === null ? undefined : bareHost(url);
}

function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function networkOf(text: string): readonly [Address, number] | undefined {
  if (isIP(text) !== 0) {
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  const [address = '', bits = ''] = text.split('/');
  if (isIP(address) === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (isIP(address) === 4 ? 32 : 128)) return undefined;
  return ipaddr.parseCIDR(text);
}

/** Throws OUTWARD_REFUSED where an entry of `allow` is neither host nor network. */
export function outwardPolicy({ allow = [], ports = [80, 443], resolve = byDefault }: OutwardSettings = {}): OutwardPolicy {
  const hosts = new Set<string>();
  const networks: (readonly [Address, number])[] = [];
  for (const entry of allow) {
    const network = networkOf(entry);
    const host = network === undefined ? normalHost(entry) : undefined;
    if (network !== undefined) networks.push(network);
    else if (host !== undefined) hosts.add(host);
    else throw fail('OUTWARD_REFUSED', { origin: entry, reason: 'it is neither a host nor a network such as 10.1.0.0/16.' });
  }
  return { hosts, networks, ports: new Set(ports), resolve };
}

/** What IANA has given out for use in the whole Internet; whatever wraps another address (mapped, NAT64, 6to4, Teredo) is not. */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0 || text.includes('%')) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  // Of IPv6 only 2000::/3 has been given out so far; outside of it lie old forms such as ::127.0.0.1.
  return address.kind() === 'ipv4' || (address.toByteArray()[0] ?? 0) >> 5 === 1;
}

function isIn(address: Address, [network, bits]: readonly [Address, number]): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

function isAllowed(policy: OutwardPolicy, text: string): boolean {
  if (isPublicAddress(text)) return true;
  if (isIP(text) === 0 || text.includes('%')) return false;
  const address = ipaddr.process(text);
  return policy.networks.some((network) => isIn(address, network));
}

const defaultPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

function refusal({ protocol, host }: URL, reason: string): TesseraError {
  return fail('OUTWARD_REFUSED', { origin: `${protocol}//${host}`, reason });
}

/** Resolves for as long as the signal lets it: the operating system cannot be told to stop, but need not be waited for. */
async function resolved(policy: OutwardPolicy, host: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  signal?.throwIfAborted();
  const given = Promise.withResolvers<never>();
  const onAbort = (): void => {
    given.reject(signal?.reason instanceof Error ? signal.reason : new TypeError('aborted'));
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return (await Promise.race([policy.resolve(host), given.promise])).map(({ address }) => address);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/**
 * Checks where a URL leads. One answer of DNS that is not public spoils all of them: which of them a connection takes is not ours to say.
 * @throws OUTWARD_REFUSED where it may not be called; OUTWARD_FAILED where it has no address
 */
export async function destinationOf(policy: OutwardPolicy, url: URL, signal?: AbortSignal): Promise<Destination> {
  const defaultPort = defaultPorts[url.protocol];
  if (defaultPort === undefined) throw refusal(url, 'only http and https are called.');
  if (url.username !== '' || url.password !== '') throw refusal(url, 'an address may not hold a user name or password.');
  const port = url.port === '' ? defaultPort : Number(url.port);
  if (!policy.ports.has(port)) throw refusal(url, `port ${port} is not among those that may be called (OUTWARD_PORTS).`);
  const host = bareHost(url);
  const failed = (cause?: unknown): TesseraError =>
    fail('OUTWARD_FAILED', { origin: url.origin, reason: 'its name has no address.' }, {}, cause);
  const addresses = await resolved(policy, host, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw failed(error);
  });
  if (addresses.length === 0) throw failed();
  // Which address it was is not told: that would map the inside for whoever asks.
  if (!policy.hosts.has(host) && !addresses.every((address) => isAllowed(policy, address)))
    throw refusal(url, 'it does not lead to a public address. The operator may allow it (OUTWARD_ALLOW).');
  return { host, addresses: addresses.map((address) => ({ address, family: isIP(address) === 6 ? 6 : 4 })) };
}

/**
 * Who is behind an address, for limits: an IPv4 address, or the /64 of an IPv6 one, all of which one customer has. Undefined where the
 * text is no address.
 */
export function clientNetwork(text: string): string | undefined {
  const [bare = ''] = text.split('%');
  if (isIP(bare) === 0) return undefined;
  const address = ipaddr.process(bare);
  if (address.kind() === 'ipv4') return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}
