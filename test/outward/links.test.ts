// Links: built on PUBLIC_URL alone, every part encoded.
import { describe, expect, it } from '@jest/globals';
import { linkTo } from '@tessera/security';

describe('linkTo', () => {
  it('encodes every part of path, query and fragment', () => {
    expect(linkTo('https://crm.example/sub/', ['records', 'a/b?c#d', '名 %'], { 'q&': 'x=y&z', token: 'a+b' }, { 'to p': '"&=#' })).toBe(
      'https://crm.example/sub/records/a%2Fb%3Fc%23d/%E5%90%8D%20%25?q%26=x%3Dy%26z&token=a%2Bb#to%20p=%22%26%3D%23',
    );
    expect(linkTo(undefined, ['reset'], { token: 'x' })).toBe('/reset?token=x');
    expect(linkTo(undefined, ['reset'], {}, { token: 'x.y-_', to: 'a' })).toBe('/reset#token=x.y-_&to=a');
  });

  it('never leaves the address that it is built on', () => {
    for (const part of [
      '//evil.example',
      'https://evil.example',
      '\\\\evil.example',
      '@evil.example',
      '\t//evil.example',
      'javascript:x',
      '...',
    ]) {
      const link = new URL(linkTo('https://crm.example', [part], { next: part }, { then: part }));
      expect(link.origin).toBe('https://crm.example');
      expect(link.username).toBe('');
      expect(link.searchParams.get('next')).toBe(part);
      expect(new URLSearchParams(link.hash.slice(1)).get('then')).toBe(part);
    }
    for (const part of ['..', '.', '']) expect(() => linkTo('https://crm.example', ['a', part])).toThrow(TypeError);
  });

  it('refuses to build on what is no address of ours', () => {
    for (const base of [
      'javascript:alert(1)//',
      'crm.example',
      'https://a@crm.example',
      'https://crm.example?x=',
      'https://crm.example#',
      '',
    ])
      expect(() => linkTo(base, ['a'])).toThrow(TypeError);
  });
});
