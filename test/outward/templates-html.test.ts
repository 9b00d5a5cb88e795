// Templates of HTML: values that try to be more than values, in every place that they may stand in, and the places that they may not.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sanitize from 'sanitize-html';
import { TesseraError } from '@tessera/kernel';
import { checkTemplate, compileTemplate } from '@tessera/security';
import { hostile, render, schemes } from './templates-scene.ts';

/** Tags and attributes of what a parser of HTML finds, which is none of ours. */
function parsed(html: string): { readonly tags: readonly string[]; readonly attributes: readonly string[] } {
  const [tags, attributes]: [string[], string[]] = [[], []];
  sanitize(html, {
    allowedTags: false,
    allowedAttributes: false,
    allowVulnerableTags: true,
    transformTags: {
      '*': (tagName, attribs) => {
        tags.push(tagName);
        attributes.push(...Object.keys(attribs));
        return { tagName, attribs };
      },
    },
  });
  return { tags, attributes };
}

describe('a template of HTML', () => {
  it('lets no value become a tag or an attribute, in text or in quotes', () => {
    const source = '<p title="{{ x }}">{{ x }}</p><i class=\'a {{ x }}\'>{{x}}</i><title>{{ x }}</title><textarea>{{ x }}</textarea>';
    const calm = parsed(render('html', source, { x: 'calm' }));
    expect(calm.tags).toEqual(['p', 'i', 'title', 'textarea']);
    for (const x of [...hostile, ...schemes]) expect([x, parsed(render('html', source, { x }))]).toEqual([x, calm]);
    const signs = fc.string({
      unit: fc.constantFrom('<', '>', '"', "'", '&', '`', '/', '=', '-', '!', ' ', 'a', 'on', 'script', '\0', '\n', '{{', '}}'),
    });
    fc.assert(fc.property(signs, (x) => JSON.stringify(parsed(render('html', source, { x }))) === JSON.stringify(calm)));
  });

  it('shows a value as it is', () => {
    expect(render('html', '<b>{{ x }}</b>', { x: `Müller & "Söhne" <3 'x' 客户` })).toBe(
      '<b>Müller &amp; &quot;Söhne&quot; &lt;3 &#39;x&#39; 客户</b>',
    );
  });

  it('takes whole addresses of http, https, mailto and tel only', () => {
    for (const x of schemes) expect([x, render('html', '<a href="{{ x }}">', { x })]).toEqual([x, '<a href="">']);
    for (const x of hostile) expect(render('html', '<a href=" {{ x }}">', { x })).toBe('<a href=" ">');
    expect(render('html', '<a href="{{ x }}">', { x: 'https://shop.example/a b?c="d"&e=\'f\'' })).toBe(
      '<a href="https://shop.example/a%20b?c=%22d%22&amp;e=%27f%27">',
    );
    expect(render('html', "<a href='{{ x }}'>", { x: 'mailto:a@b.example' })).toBe("<a href='mailto:a@b.example'>");
  });

  it('keeps a value within its part of an address', () => {
    const link = '<a href="https://shop.example/orders/{{ x }}/lines?q={{ x }}&amp;r={{ x }}#{{ x }}">';
    for (const x of [...hostile, ...schemes, '..', '../..', '.', '%2e%2e', '/..', '\\..', '?', '#', '&r=2', 'a/b']) {
      const href = /href="([^"]*)"/.exec(render('html', link, { x }))?.[1] ?? '';
      const url = new URL(href.replaceAll('&amp;', '&').replaceAll('&#39;', "'"));
      expect([x, url.origin]).toEqual([x, 'https://shop.example']);
      expect(url.pathname).toMatch(/^\/orders\/[^/]*\/lines$/);
      expect([...url.searchParams.keys()]).toEqual(['q', 'r']);
    }
    expect(render('html', '<a href="mailto:{{ x }}?subject={{ x }}">', { x: 'a+b@c.example' })).toBe(
      '<a href="mailto:a+b@c.example?subject=a+b@c.example">',
    );
    expect(render('html', '<a href="mailto:{{ x }}">', { x: 'a@b?bcc=c@d&body=e' })).toBe('<a href="mailto:a@b%3Fbcc%3Dc@d%26body%3De">');
    expect(render('html', '<a href="/records/{{ x }}">', { x: '//evil' })).toBe('<a href="/records/%2F%2Fevil">');
  });

  it.each([
    ['<script>var a = "{{ x }}"</script>', '<script>'],
    ['<SCRIPT type="text/x">{{ x }}</SCRIPT>', '<script>'],
    ['<script><!-- <script> </script> {{ x }} --></script>', 'behind a script'],
    ['<script></scriptx>{{ x }}</script>', '<script>'],
    ['<style>a { color: {{ x }} }</style>', '<style>'],
    ['<style></style ><style>{{ x }}', '<style>'],
    ['<noscript>{{ x }}</noscript>', '<noscript>'],
    ['<iframe>{{ x }}</iframe>', '<iframe>'],
    ['<xmp>{{ x }}</xmp>', '<xmp>'],
    ['<plaintext>{{ x }}</plaintext>{{ x }}', '<plaintext>'],
    ['<template>{{ x }}</template>', '<template>'],
    ['<p>a</p><!-- {{ x }} -->', 'comment'],
    ['<!-- a > b {{ x }}', 'comment'],
    ['<!--!> {{ x }} -->', 'comment'],
    ['<!doctype {{ x }}>', 'declaration'],
    ['<?php {{ x }} ?>', 'declaration'],
    ['<![CDATA[ {{ x }} ]]>', 'declaration'],
    ['</ {{ x }}>', 'declaration'],
    ['<{{ x }}>', 'name of a tag'],
    ['</{{ x }}>', 'name of a tag'],
    ['<a{{ x }}>', 'name of a tag'],
    ['<a {{ x }}>', 'among the attributes'],
    ['<a b{{ x }}="c">', 'name of an attribute'],
    ['<a b {{ x }}>', 'among the attributes'],
    ['<a b="c"{{ x }}>', 'among the attributes'],
    ['<a b={{ x }}>', 'without quotes'],
    ['<a b=c{{ x }}>', 'without quotes'],
    ['<a b= {{ x }} >', 'without quotes'],
    ['<a onclick="f(\'{{ x }}\')">', 'onclick'],
    ['<a ONCLICK="{{ x }}">', 'onclick'],
    ['<a/onclick="{{ x }}">', 'onclick'],
    ['<a b="c"onclick="{{ x }}">', 'onclick'],
    ['<a b=c onclick = "{{ x }}">', 'onclick'],
    ['<p style="color: {{ x }}">', 'style'],
    ['<iframe srcdoc="{{ x }}">', 'srcdoc'],
    ['<img srcset="{{ x }}">', 'srcset'],
    ['<script src="{{ x }}">', '<script>'],
    ['<script src="https://a.example/{{ x }}">', '<script>'],
    ['<iframe src="{{ x }}">', '<iframe>'],
    ['<object data="{{ x }}">', '<object>'],
    ['<embed src="{{ x }}">', '<embed>'],
    ['<base href="{{ x }}">', '<base>'],
    ['<link href="{{ x }}">', '<link>'],
    ['<meta content="{{ x }}">', '<meta>'],
    ['<svg><a href="{{ x }}">', '<svg>'],
    ['<svg></svg><p>{{ x }}</p>', '<svg>'],
    ['<math><mtext>{{ x }}', '<math>'],
    ['<a xlink:href="{{ x }}">', 'xlink:href'],
    ['<a href="java{{ x }}">', 'scheme or host'],
    ['<a href="javascript:{{ x }}">', 'scheme or host'],
    ['<a href="https://{{ x }}/">', 'scheme or host'],
    ['<a href="https://{{ x }}.example/">', 'scheme or host'],
    ['<a href="https://shop.example{{ x }}">', 'scheme or host'],
    ['<a href="https://a@{{ x }}/">', 'scheme or host'],
    ['<a href="//{{ x }}">', 'scheme or host'],
    ['<a href="/\\{{ x }}">', 'scheme or host'],
    ['<a href="&#106;avascript:{{ x }}">', 'entity'],
    ['<a href="&#x20;{{ x }}">', 'entity'],
    ['<a href="https://a.example&#x2e;evil{{ x }}/">', 'scheme or host'],
  ])('refuses a value in %s', (source, where) => {
    const problems = checkTemplate('html', source, ['x']);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]).toMatchObject({ code: 'TEMPLATE_PLACE', message: expect.stringContaining(where) });
    expect(() => compileTemplate('html', source)).toThrow(TesseraError);
  });

  it.each([
    '<p>{{ x }}',
    '< {{ x }}',
    'a < b {{ x }}',
    '<!---->{{ x }}',
    '<!-->{{ x }}',
    '<!--->{{ x }}',
    '<!-- a --!>{{ x }}',
    '<!doctype html><html><head><style>p > a {}</style></head><body>{{ x }}',
    '<script>if (a < b) {}</script >{{ x }}',
    '<a title = "{{ x }}" href=\'#\'>{{ x }}</a>',
    '<input value="{{ x }}"disabled>{{ x }}',
    '<br/>{{ x }}<img alt="{{ x }}" src="https://cdn.example/{{ x }}.png">',
    '<a href="?q={{ x }}">',
    '<a href="https://a.example/?a=1&b={{ x }}&amp;c={{ x }}">',
  ])('takes a value in %s', (source) => {
    expect(checkTemplate('html', source, ['x'])).toEqual([]);
    expect(render('html', source, { x: '1' })).toBe(source.replaceAll('{{ x }}', '1'));
  });

  it('tells all mistakes at once, with line and column', () => {
    const problems = checkTemplate('html', '<p>\n  {{ y }}\n<a onclick="{{ x }}" b={{ x }}>', ['x'], {
      file: 'templates/hello.json',
      pointer: '/body',
    });
    expect(problems.map(({ code, message, file, pointer }) => [code, message.split('. ')[0], file, pointer])).toEqual([
      ['TEMPLATE_PLACE', 'Line 3, column 13: {{ x }} may not stand in the attribute onclick', 'templates/hello.json', '/body'],
      ['TEMPLATE_PLACE', 'Line 3, column 24: {{ x }} may not stand in an attribute without quotes', 'templates/hello.json', '/body'],
      ['TEMPLATE_PATH_UNKNOWN', 'Line 2, column 3: there is no y to put in', 'templates/hello.json', '/body'],
    ]);
  });
});
