// Names of files as callers give them, made harmless: a name, never a path.
import { fail } from '@tessera/kernel';

const longestBytes = 200;

/** Control characters, what file systems refuse, and signs that turn the direction of writing: `exe.gnp` would read as `png.exe`. */
const unfit = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>:"|?*]/gu;

function cut(name: string): string {
  const dot = name.lastIndexOf('.');
  const tail = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : '';
  let head = tail === '' ? name : name.slice(0, dot);
  while (Buffer.byteLength(head + tail) > longestBytes) head = Array.from(head).slice(0, -1).join('');
  return head + tail;
}

/** The last part of a path without anything that could harm; the extension survives a cut. Throws FILE_NAME_INVALID where nothing is left. */
export function fileName(given: string): string {
  // Cut first: the rest of an endless name is never looked at.
  const last = given.slice(-4096).toWellFormed().normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const name = cut(
    last
      .replaceAll(unfit, '')
      .replaceAll(/\s+/gu, ' ')
      .replace(/^[. ]+/, '')
      .replace(/[. ]+$/, ''),
  );
  if (name === '') throw fail('FILE_NAME_INVALID', { name: given.slice(0, 60) });
  return name;
}

/** In lower case, without the dot; empty where there is none. */
export function extensionOf(name: string): string {
  return /\.([a-z0-9]{1,10})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
}
