// Links into the platform. Where it is, PUBLIC_URL says: what a request says of its host, whoever sends it may choose.

/** One part of a path; parts of dots alone would climb, in whatever way they are encoded. */
function segment(text: string): string {
  if (/^\.{1,2}$/.test(text) || text === '') throw new TypeError(`No part of a link's path: ${JSON.stringify(text)}`);
  return encodeURIComponent(text.toWellFormed());
}

/** Names and values with `sign` before them; nothing where there are none. */
function pairs(sign: '?' | '#', values: Readonly<Record<string, string>>): string {
  const encoded = Object.entries(values).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`);
  return encoded.length === 0 ? '' : `${sign}${encoded.join('&')}`;
}

/**
 * A link. Every part of the path, of the query and of the fragment is encoded. What is in the fragment only the page itself sees: no
 * server and no log on the way to it.
 * @param publicUrl where the platform is as seen from outside; undefined gives a path from its root, for callers who know that already
 * @throws TypeError where `publicUrl` is not http or https, or has a query: a mistake of the configuration
 */
export function linkTo(
  publicUrl: string | undefined,
  path: readonly string[],
  query: Readonly<Record<string, string>> = {},
  fragment: Readonly<Record<string, string>> = {},
): string {
  return `${base(publicUrl)}/${path.map(segment).join('/')}${pairs('?', query)}${pairs('#', fragment)}`;
}

function base(publicUrl: string | undefined): string {
  if (publicUrl === undefined) return '';
  const url = URL.parse(publicUrl);
  const fit = url !== null && /^https?:$/.test(url.protocol) && !/[?#]/.test(publicUrl) && url.username === '';
  if (!fit) throw new TypeError(`No address to build links on: ${publicUrl}`);
  return publicUrl.replace(/\/+$/, '');
}
