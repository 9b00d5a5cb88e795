import { describe, expect, it } from '@jest/globals';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { registry } from '@tessera/kernel';

interface Source {
  readonly path: string;
  readonly text: string;
}

const sources: readonly Source[] = globSync('packages/*/{src,*.ts}')
  .flatMap((path) => (path.endsWith('.ts') ? [path] : globSync(`${path}/**/*.ts`)))
  .filter((path) => !path.includes('/generated/'))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

/** Without comments: what they say is no code. */
const code = ({ text }: Source): string => text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');

const offenders = (pattern: RegExp, allowed: RegExp): readonly string[] =>
  sources.filter((source) => !allowed.test(source.path) && pattern.test(code(source))).map((source) => source.path);

describe('the sources', () => {
  it('read the environment in the server’s configuration only', () => {
    expect(offenders(/process\.env/, /^packages\/(server\/src\/(config|main|cli)|storage\/src\/embedded\/)/)).toEqual([]);
  });

  it('take the time from the context only', () => {
    expect(offenders(/Date\.now\(|new Date\(\)/, /^packages\/(server\/src|storage\/src\/embedded)\//)).toEqual([]);
  });

  it('hold no module-level mutable state', () => {
    expect(offenders(/^(export )?let /m, /^$/)).toEqual([]);
  });

  it('write SQL in storage and rules only', () => {
    expect(
      offenders(
        /sql`|\b(select|insert into|update|delete from)\b[^'"`\n]*\b(from|values|set|where)\b\s+["$]/,
        /^packages\/(storage|rules|kernel)\//,
      ),
    ).toEqual([]);
  });

  it('open with a sentence that says what the file is for', () => {
    expect(sources.filter(({ text }) => !/^(#!.*\n)?(\/\/ |\/\*\*)/.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('throw only errors of the registry, or TypeErrors for mistakes of our own', () => {
    expect(
      offenders(
        /throw new (?!TypeError|TesseraError|ConnectionFailure)\w*Error\(/,
        /^packages\/(metadata\/generate|rules\/generate|server\/src|storage\/src\/embedded)/,
      ),
    ).toEqual([]);
  });
});

describe('the examples', () => {
  it('are named nowhere in the packages', () => {
    const names = readdirSync('examples').flatMap((pack) => [
      pack,
      ...globSync(`examples/${pack}/objects/*.json`).map((path) => path.split('/').at(-1)?.replace('.json', '') ?? ''),
    ]);
    const distinctive = names.filter(
      (name) => !['account', 'user', 'contact', 'product', 'member', 'book', 'loan', 'lead', 'activity', 'quote'].includes(name),
    );
    expect(distinctive.length).toBeGreaterThan(4);
    const found = sources.flatMap((source) =>
      distinctive.filter((name) => new RegExp(`['"\`]${name}['"\`]`).test(code(source))).map((name) => `${source.path}: ${name}`),
    );
    expect(found).toEqual([]);
  });
});

describe('the error registry', () => {
  const codes = Object.keys(registry);
  const all = sources
    .filter(({ path }) => !path.includes('/error-registry/'))
    .map(code)
    .join('\n');

  it('holds no code that nothing uses', () => {
    expect(codes.filter((name) => !all.includes(`'${name}'`))).toEqual([]);
  });
});
