// How a value is written into each kind of place, so that it stays a value there.
import type { Place } from './place.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };

/** Control characters but tab and line ends; no text needs them, and NUL ends a text for some readers. */
const controls = /(?![\t\n\r])\p{Cc}/gu;

/** For text between tags and for quoted attributes alike. */
export function escapeHtml(text: string): string {
  return plainText(text).replaceAll(/[&<>"'`]/g, (sign) => entities[sign] ?? sign);
}

export function plainText(text: string): string {
  return text.replaceAll(controls, '');
}

/** One line: whatever some reader takes for the end of a line becomes a blank. */
export function headerText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

const takenFor = {
  link: new Set(['http:', 'https:', 'mailto:', 'tel:']),
  call: new Set(['http:', 'https:']),
} as const satisfies Record<string, ReadonlySet<string>>;

/**
 * A value that is a whole address; empty where it is none, or has a scheme that runs something. Browsers drop tabs and line ends
 * within a scheme, and so does this parser: what comes out is what it has understood.
 */
export function wholeAddress(text: string, use: keyof typeof takenFor): string {
  const url = URL.parse(text);
  if (url === null || !takenFor[use].has(url.protocol) || url.username !== '' || url.password !== '') return '';
  return url.href;
}

/** Values of dots alone are left out: `..` climbs in a path, however it is encoded. */
function part(text: string): string {
  return /^\.+$/.test(text) ? '' : encodeURIComponent(text.toWellFormed());
}

// Browsers read \ as /, and // begins a host.
const relative = /^(?:\/(?![/\\])|[?#]|\.{1,2}\/)/;
const authority = /^https?:\/\/[^/?#\s\\@]+[/?#]/i;
const mailbox = /^(?:mailto|tel|sms):/i;

/**
 * Where in an address a value stands, by the text before it.
 * @param inPage whether it is a link of a page, which may be relative or a mail address
 */
function place(before: string, inPage: boolean): Place {
  const start = before.trimStart();
  if (start === '') return { kind: 'wholeAddress' };
  if (authority.test(start) || (inPage && relative.test(start))) return { kind: 'addressPart' };
  if (inPage && mailbox.test(start)) return { kind: 'mailbox' };
  return {
    kind: 'refused',
    where: 'in the scheme or host of an address',
    remedy: 'Write these out, as in https://shop.example/{{ path }}, or put the whole address in.',
  };
}

/** Values within addresses. */
export const addressParts = {
  part,
  place,
  /** `@` and `+` are part of mail addresses and telephone numbers. */
  mailbox: (text: string): string => part(text).replaceAll('%40', '@').replaceAll('%2B', '+'),
};
