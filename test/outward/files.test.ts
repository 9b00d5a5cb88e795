// Files that mean no good, over HTTP: what they claim to be, what they are called, and links that were not given.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sniffType } from '@tessera/records';
import { png } from '../records/files-scene.ts';
import { bearer, openHttp, type HttpScene } from './http-scene.ts';
import type { Answer } from '../api/rest-scene.ts';
import { cpuMs } from '../support/cpu.ts';

let scene: HttpScene;
let [ann, bob, bea] = ['', '', ''];
beforeAll(async () => {
  scene = await openHttp();
  [ann, bob, bea] = [await scene.token('acme', 'ann'), await scene.token('acme', 'bob'), await scene.token('beta', 'bea')];
});
afterAll(() => scene.close());

const upload = (name: string, content: string | Uint8Array, token = ann, type = 'application/octet-stream'): Promise<Answer> =>
  scene.send('POST', `/api/v1/files?name=${encodeURIComponent(name)}`, { ...bearer(token), 'Content-Type': type }, content);
const idOf = ({ json }: Answer): string => (json as { readonly id: string }).id;
const codeOf = ({ json }: Answer): unknown => (json as { readonly code?: string } | undefined)?.code;
const download = (id: string, token = ann): Promise<Answer> => scene.send('GET', `/api/v1/files/${id}/content`, bearer(token));

async function link(id: string, token = ann): Promise<string> {
  const { json } = await scene.send('POST', `/api/v1/files/${id}/link`, bearer(token));
  return (json as { readonly url: string }).url;
}

const page = '<!doctype html><script>alert(1)</script>';
const drawing = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>';

/** No browser runs it, whatever it is. */
const harmless = {
  status: 200,
  headers: {
    'content-disposition': expect.stringMatching(/^attachment; /),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'same-site',
  },
};

describe('a file', () => {
  it('is served so that no browser runs it, over the route and over a link, whatever it is', async () => {
    const polyglots: readonly (readonly [string, string | Uint8Array, string])[] = [
      ['page.html', page, 'text/html'],
      ['page.txt', page, 'text/plain'],
      ['page', page, 'text/html'],
      ['drawing.svg', drawing, 'image/svg+xml'],
      ['drawing', drawing, 'image/svg+xml'],
      ['picture.png', Buffer.concat([png, Buffer.from(page)]), 'image/png'],
      ['animation.gif', `GIF89a/*${page}*/=1;alert(1)`, 'image/gif'],
      ['paper.pdf', `%PDF-1.7\n${page}`, 'application/pdf'],
      ['page.xhtml', `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>`, 'application/xml'],
      ['style.xml', '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#x"?><x/>', 'application/xml'],
      ['script.js', 'alert(1)', 'text/plain'],
      ['mail.eml', `Content-Type: text/html\r\n\r\n${page}`, 'message/rfc822'],
    ];
    for (const [name, content, type] of polyglots) {
      const uploaded = await upload(name, content, ann, 'image/png');
      expect([name, uploaded.json]).toEqual([name, expect.objectContaining({ type })]);
      for (const answer of [await download(idOf(uploaded)), await scene.send('GET', await link(idOf(uploaded)))]) {
        expect(answer).toMatchObject(harmless);
        expect([name, answer.headers['content-type']?.split(';')[0]]).toEqual([name, type]);
      }
    }
  });

  it('is not what its name or its sender says where its content says otherwise', async () => {
    const contradicting: readonly (readonly [string, string | Uint8Array])[] = [
      ['page.png', page],
      ['page.jpg', `\ufeff${page}`],
      ['drawing.png', drawing],
      ['drawing.gif', `<!-- GIF89a -->${drawing}`],
      ['page.pdf', page],
      ['picture.html', png],
      ['drawing.html', drawing],
      ['page.svg', page],
      ['program.png', Buffer.from('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0', 'latin1')],
      ['page.png.csv', page],
      ['archive.docx', png],
    ];
    for (const [name, content] of contradicting)
      expect([name, codeOf(await upload(name, content, ann, 'image/png'))]).toEqual([name, 'FILE_TYPE_CONTRADICTS']);
  });

  it('is recognised behind comments, declarations and a doctype', async () => {
    const svg = 'image/svg+xml';
    for (const [content, type] of [
      ['<!-- a --><!-- b -->\n<svg>', svg],
      ['<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "<b>">]><svg/>', svg],
      ['<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd"> <!-- --> <svg:svg>', svg],
      ['<s:svg xmlns:s="http://www.w3.org/2000/svg"/>', svg],
      ['<SVG/onload=alert(1)>', svg],
      ['<video src=x onerror=alert(1)>', 'text/html'],
      ['<details open ontoggle=alert(1)>', 'text/html'],
      ['<!-- x --> <!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML//EN"><p>', 'text/html'],
      ['<!doctype html>', 'text/html'],
      ['<order><svg/></order>', 'text/plain'],
      ['a < b, <svg> and so on', 'text/plain'],
      ['<!-- only a comment', 'text/plain'],
    ] as const)
      expect([content, await sniffType(Buffer.from(content))]).toEqual([content, type]);
  });

  it('is recognised in time that grows with its size alone', async () => {
    const began = cpuMs();
    for (const part of [
      '<!---->',
      '<!-- -->\n',
      ' ',
      '<?x?>',
      '<!doctype svg [>]>',
      '<!doctype x>',
      '<!--',
      '<!doctype svg [',
      '<a:',
      '<',
      '\u3000',
    ])
      await sniffType(Buffer.from(part.repeat(Math.ceil(65_536 / part.length)).slice(0, 65_536)));
    expect(cpuMs() - began).toBeLessThan(3_000);
    expect((await upload('many.txt', `${'<!---->'.repeat(5_000)}x`)).status).toBe(201);
  });
});

describe('an image field', () => {
  it('takes no page that is called an image', async () => {
    const file = idOf(await upload('page', page));
    const answer = await scene.send(
      'POST',
      '/api/v1/records/card',
      { ...bearer(ann), 'Content-Type': 'application/json' },
      JSON.stringify({ name: 'C', picture: file }),
    );
    expect([answer.status, codeOf(answer)]).toEqual([422, 'FILE_TYPE_NOT_ALLOWED']);
  });
});

describe('a file’s name', () => {
  it.each([
    ['a"; filename="evil.html', 'a; filename=evil.html'],
    ['a\r\nSet-Cookie: x=1\r\n\r\n<script>.txt', 'aSet-Cookie x=1script.txt'],
    ['..\\..\\evil.txt', 'evil.txt'],
    ['../../etc/passwd.txt', 'passwd.txt'],
    ['C:\\x\\evil.txt', 'evil.txt'],
    ['evil\u202etxt.exe', 'eviltxt.exe'],
    ["naïve 'file' (1)*%41.txt", "naïve 'file' (1)%41.txt"],
    ['客户 – €.txt', '客户 – €.txt'],
    ["UTF-8''evil.txt", "UTF-8''evil.txt"],
    ['a;b=c,d\\e.txt', 'e.txt'],
    ['a\u0000.html\u0000.txt', 'a.html.txt'],
    ['=?UTF-8?B?ZXZpbA==?=.txt', '=UTF-8BZXZpbA===.txt'],
    ['.htaccess', 'htaccess'],
  ])('%j comes back as %j and nothing more', async (given, name) => {
    const uploaded = await upload(given, 'hello');
    expect(uploaded.json).toMatchObject({ name });
    const { headers } = await download(idOf(uploaded));
    const header = headers['content-disposition'] ?? '';
    // RFC 6266 with RFC 8187: one quoted name without escapes, one encoded.
    const [, ascii = '?', encoded = '?'] =
      /^attachment; filename="([\x20\x21\x23-\x5b\x5d-\x7e]*)"; filename\*=UTF-8''([\w!#$&+.^`|~%-]*)$/.exec(header) ?? [];
    expect(decodeURIComponent(encoded)).toBe(name);
    expect(ascii).not.toMatch(/["\\%\r\n]/);
    expect(headers['set-cookie']).toBeUndefined();
  });
});

describe('a link', () => {
  const follow = async (path: string): Promise<readonly unknown[]> => {
    const answer = await scene.send('GET', path);
    return [answer.status, codeOf(answer)];
  };
  const refused = [403, 'FILE_LINK_INVALID'];

  it('opens nothing where it is altered in any sign', async () => {
    const path = await link(idOf(await upload('a.txt', 'hello')));
    const at = path.indexOf('token=') + 6;
    for (let i = at; i < path.length; i += 1) {
      const other = path[i] === 'A' ? 'B' : 'A';
      expect(await follow(path.slice(0, i) + other + path.slice(i + 1))).toEqual(refused);
    }
    for (const end of ['=', '.', 'A', '%00', '.A', '%20']) expect(await follow(path + end)).toEqual(refused);
    expect((await follow(path))[0]).toBe(200);
  });

  it('opens no other file, and none of another tenant', async () => {
    const [mine, other, theirs] = [
      idOf(await upload('a.txt', 'mine')),
      idOf(await upload('b.txt', 'other')),
      idOf(await upload('c.txt', 'theirs', bea)),
    ];
    const path = await link(mine);
    for (const id of [other, theirs]) expect(await follow(path.replace(mine, id))).toEqual(refused);
    expect(await follow(path.replace(mine, theirs).replace('token=acme', 'token=beta'))).toEqual(refused);
    expect((await scene.send('POST', `/api/v1/files/${theirs}/link`, bearer(ann))).status).toBe(404);
    expect((await scene.send('POST', `/api/v1/files/${mine}/link`, bearer(bea))).status).toBe(404);
  });

  it('opens nothing after its time, by the server’s clock', async () => {
    const path = await link(idOf(await upload('a.txt', 'hello')));
    scene.clock.ahead += 300_001;
    try {
      expect(await follow(path)).toEqual(refused);
    } finally {
      scene.clock.ahead -= 300_001;
    }
    expect((await follow(path))[0]).toBe(200);
  });

  it('gives nobody more than the file: its token signs in nobody', async () => {
    const path = await link(idOf(await upload('a.txt', 'hello')));
    const token = decodeURIComponent(path.split('token=')[1] ?? '');
    expect((await scene.send('GET', '/api/v1/objects', bearer(token))).status).toBe(401);
    expect((await scene.send('GET', `/api/v1/objects?token=${token}`)).status).toBe(401);
    expect((await scene.send('POST', path, bearer(ann))).status).toBe(405);
  });
});

describe('an unattached file', () => {
  it('is its uploader’s alone', async () => {
    const id = idOf(await upload('a.txt', 'hello'));
    for (const token of [bob, bea]) {
      for (const path of [`/api/v1/files/${id}`, `/api/v1/files/${id}/content`]) {
        const answer = await scene.send('GET', path, bearer(token));
        expect([answer.status, codeOf(answer)]).toEqual([404, 'FILE_NOT_FOUND']);
      }
      expect((await scene.send('POST', `/api/v1/files/${id}/link`, bearer(token))).status).toBe(404);
    }
    // Nor may another make it his by attaching it.
    const json = { ...bearer(bob), 'Content-Type': 'application/json' };
    const taken = await scene.send('POST', '/api/v1/records/card', json, JSON.stringify({ name: 'B', paper: id }));
    expect([taken.status, codeOf(taken)]).toEqual([422, 'FILE_NOT_USABLE']);
    expect((await download(id)).status).toBe(200);
  });

  it('is, once a record holds it, for those who may read the record', async () => {
    const id = idOf(await upload('a.txt', 'hello'));
    const json = { ...bearer(ann), 'Content-Type': 'application/json' };
    expect((await scene.send('POST', '/api/v1/records/card', json, JSON.stringify({ name: 'A', paper: id }))).status).toBe(201);
    expect((await download(id)).status).toBe(200);
    expect(codeOf(await download(id, bob))).toBe('FILE_NOT_FOUND');
    expect(codeOf(await download(id, bea))).toBe('FILE_NOT_FOUND');
  });
});
