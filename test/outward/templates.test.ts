// Templates of headers, addresses and texts: each value stays within its line or its part, and a path finds what is there, nothing else.
import { describe, expect, it } from '@jest/globals';
import { TesseraError } from '@tessera/kernel';
import { checkTemplate, compileTemplate } from '@tessera/security';
import { codes, hostile, render, schemes } from './templates-scene.ts';
import { cpuMs } from '../support/cpu.ts';

describe('a template of a header', () => {
  it('is one line, whatever its values say', () => {
    for (const end of ['\r\n', '\n', '\r', '\u2028', '\u2029', '\u0085', '\v', '\f', '\0', '\r\n\r\n']) {
      const line = render('header', 'Offer {{ x }}!', { x: `A${end}Bcc: all@evil.example` });
      expect(line).toBe('Offer A Bcc: all@evil.example!');
    }
    expect(codes('header', 'a\nb {{ x }}')).toEqual(['TEMPLATE_SYNTAX']);
    expect(codes('header', 'a {{ x }}')).toEqual([]);
  });
});

describe('a template of an address', () => {
  it('goes where it was meant to', () => {
    const source = 'https://api.example/v1/{{ x }}?name={{ x }}';
    for (const x of [...hostile, ...schemes, '..', '../../admin', '@evil.example', '?a=b', '#', '\r\nHost: evil.example']) {
      const url = new URL(render('url', source, { x }));
      expect([x, url.origin, [...url.searchParams.keys()]]).toEqual([x, 'https://api.example', ['name']]);
      expect(url.pathname).toMatch(/^\/v1\/[^/]*$/);
      expect(url.hash).toBe('');
    }
    for (const x of [...schemes, 'mailto:a@b.example', 'tel:1']) expect(render('url', '{{ x }}', { x })).toBe('');
    expect(render('url', '{{ x }}', { x: 'https://hooks.example/a' })).toBe('https://hooks.example/a');
  });

  it.each([
    'https://{{ x }}/',
    'https://a.example{{ x }}',
    'https://a.example:{{ x }}/',
    '/{{ x }}',
    'mailto:{{ x }}',
    'ftp://a.example/{{ x }}',
  ])('refuses a value in %s', (source) => {
    expect(codes('url', source)).toEqual(['TEMPLATE_PLACE']);
  });
});

describe('a path', () => {
  it('finds what the values themselves have, and nothing else', () => {
    const values = JSON.parse(
      '{"a":{"b":"B","n":0,"t":true,"o":{"z":1},"l":["first"],"null":null},"__proto__":{"c":"polluted"},"fmcg__visit":"V"}',
    ) as Record<string, unknown>;
    const of = (path: string): string => render('text', `[{{ ${path} }}]`, values);
    expect(['a.b', 'a.n', 'a.t', 'fmcg__visit'].map(of)).toEqual(['[B]', '[0]', '[true]', '[V]']);
    for (const path of ['a', 'a.o', 'a.l', 'a.null', 'a.x.y', 'a.b.length', 'c', 'x', 'a.l.length', 'isPrototypeOf', 'a.keys'])
      expect([path, of(path)]).toEqual([path, '[]']);
  });

  it.each([
    '__proto__',
    'a.__proto__',
    'constructor',
    'a.constructor.name',
    'toString',
    'a.valueOf',
    'prototype',
    '',
    'a.',
    '.a',
    'a..b',
    'a[0]',
    'a b',
    '7*7',
    'a()',
    '{ x',
    'a|b',
    '"a"',
    '_a',
  ])('is never %j', (path) => {
    expect(codes('text', `{{ ${path} }}`, [path])).toEqual(['TEMPLATE_SYNTAX']);
    expect(() => compileTemplate('text', `{{ ${path} }}`)).toThrow(TesseraError);
  });

  it('must be known, and {{ be closed', () => {
    expect(codes('text', '{{ a.b }} {{x}}', ['x'])).toEqual(['TEMPLATE_PATH_UNKNOWN']);
    expect(codes('text', 'a {{ x', ['x'])).toEqual(['TEMPLATE_SYNTAX']);
    expect(codes('text', 'a }} { { x } } {x}', ['x'])).toEqual([]);
    expect(compileTemplate('text', '{{ a.b }}{{ x }}{{ a.b }}').paths).toEqual(['a.b', 'x']);
  });

  it('is looked at once: a value that is a template stays text', () => {
    expect(render('text', '{{ x }}', { x: '{{ y }}', y: 'secret' })).toBe('{{ y }}');
  });

  it('keeps line ends in texts and drops what no text needs', () => {
    expect(render('text', 'a\n{{ x }}', { x: 'b\r\nc\td\0\u001b[31m<&>' })).toBe('a\nb\r\nc\td[31m<&>');
  });

  it('costs time in proportion, however hostile the template', () => {
    const began = cpuMs();
    for (const source of [
      '{{ '.repeat(60_000),
      '<a '.repeat(60_000),
      '<!--'.repeat(45_000),
      '<!--->'.repeat(30_000),
      `{{ ${'a.'.repeat(90_000)} }}`,
      'a_'.repeat(90_000),
    ])
      checkTemplate('html', source, []);
    checkTemplate('html', '{{ x }}'.repeat(28_000), ['x']);
    expect(cpuMs() - began).toBeLessThan(8_000);
    expect(codes('text', 'a'.repeat(200_001))).toEqual(['TEMPLATE_SYNTAX']);
  });
});
