// What files are recognised as and what they are called; links to them.
import { describe, expect, it } from '@jest/globals';
import { TesseraError } from '@tessera/kernel';
import { fileName, signFileLink, sniffType, verifyFileLink } from '@tessera/records';
import { pdf, png } from './files-scene.ts';

describe('fileName', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\ada\\photo.png', 'photo.png'],
    ['/absolute/x.txt', 'x.txt'],
    ['a\u0000b\r\nc.txt', 'abc.txt'],
    ['evil\u202egnp.exe', 'evilgnp.exe'],
    ['.htaccess', 'htaccess'],
    ['..hidden. ', 'hidden'],
    ['a"b<c>d|e?.txt', 'abcde.txt'],
    ['  多  空格.docx', '多 空格.docx'],
    ['e\u0301.txt', '\u00e9.txt'],
    ['\ud83dx.txt', '\ufffdx.txt'],
  ])('makes %j %j', (given, expected) => {
    expect(fileName(given)).toBe(expected);
  });

  it('cuts a long name and keeps its extension', () => {
    const name = fileName(`${'长'.repeat(1000)}.pdf`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(name.endsWith('长.pdf')).toBe(true);
  });

  it.each(['', '/', '..', '...', ' ', '\u0000', 'folder/', '"'])('refuses %j', (given) => {
    expect(() => fileName(given)).toThrow(TesseraError);
  });
});

describe('sniffType', () => {
  it.each([
    ['image/png', png],
    ['application/pdf', pdf],
    ['text/plain', Buffer.from('name,amount\nMüller,3\n')],
    ['text/plain', Buffer.from('\ufeffname;betrag\r\n', 'utf8')],
    ['text/plain', Buffer.from([0xff, 0xfe, 0x61, 0x00, 0x2c, 0x00])],
    ['text/plain', Buffer.from('{"a":1}')],
    ['text/plain', Buffer.from('')],
    ['text/html', Buffer.from('<!-- x -->\n<!DOCTYPE html><html>')],
    ['text/html', Buffer.from('  <script>alert(1)</script>')],
    ['image/svg+xml', Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['application/xml', Buffer.from('<?xml version="1.0"?><note/>')],
    ['application/octet-stream', Buffer.from([1, 2, 3, 0, 200, 9])],
  ])('recognises %s', async (type, content) => {
    expect(await sniffType(content)).toBe(type);
  });
});

describe('file links', () => {
  const key = Buffer.alloc(32, 5);
  const file = { tenant: 'acme', fileId: '01920000-0000-7000-8000-000000000001' };
  const at = (now: number): { now(): number } => ({ now: () => now });

  it('open for five minutes', () => {
    const { token, expiresAt } = signFileLink(key, file, at(1_000));
    expect(expiresAt).toBe('1970-01-01T00:05:01.000Z');
    expect(token).toMatch(/^[\w.-]+$/);
    expect(verifyFileLink(key, token, at(300_999))).toEqual(file);
    expect(() => verifyFileLink(key, token, at(301_000))).toThrow(expect.objectContaining({ code: 'FILE_LINK_INVALID' }));
  });

  it('open nothing once they are changed', () => {
    const { token } = signFileLink(key, file, at(1_000));
    const changed = [
      token.replace('acme', 'evil'),
      token.replace('0001.', '0002.'),
      token.replace('.301000.', '.901000.'),
      token.slice(0, -1),
      `${token}A`,
      token.slice(0, token.lastIndexOf('.')),
      '',
      '...',
      'a.b.c.d',
    ];
    for (const each of changed)
      expect(() => verifyFileLink(key, each, at(1_000))).toThrow(expect.objectContaining({ code: 'FILE_LINK_INVALID' }));
    expect(() => verifyFileLink(Buffer.alloc(32, 6), token, at(1_000))).toThrow(TesseraError);
  });
});
