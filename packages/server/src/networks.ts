// Settings that name networks, proxies and ports.
import { isIP } from 'node:net';

type Parsed<T> = { readonly value: T } | { readonly reason: string };

const entriesOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

function isNetwork(entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/');
  const longest = isIP(address) === 4 ? 32 : 128;
  return isIP(address) !== 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest));
}

/** How many proxies stand before the server, or which: addresses and networks, with commas between them. */
export function parseProxies(text: string): Parsed<number | readonly string[]> {
  if (/^\d{1,2}$/.test(text)) return { value: Number(text) };
  const entries = entriesOf(text);
  const wrong = entries.find((entry) => !isNetwork(entry));
  if (wrong === undefined) return { value: entries };
  return { reason: `${wrong} is neither a number of proxies nor an address or network such as 10.1.0.0/16.` };
}

export function parsePorts(text: string): Parsed<readonly number[]> {
  const entries = entriesOf(text);
  const wrong = entries.find((entry) => !/^\d{1,5}$/.test(entry) || Number(entry) < 1 || Number(entry) > 65_535);
  return wrong === undefined ? { value: entries.map(Number) } : { reason: `${wrong} is no port: it must lie between 1 and 65535.` };
}
