// Names of companies without what law and habit add to them.
import { fold } from '../search/words.ts';
import { wordsOf } from './words.ts';

/** Chinese, Japanese and Korean forms stand at the end without a space; longer ones are tried first. */
const joinedForms: readonly string[] = [
  '股份有限责任公司',
  '股份有限公司',
  '有限责任公司',
  '集团有限公司',
  '有限公司',
  '责任公司',
  '集团公司',
  '股份公司',
  '总公司',
  '公司',
  '集团',
  '控股',
  '股份',
  '有限合伙',
  '普通合伙',
  '株式会社',
  '合同会社',
  '有限会社',
  '주식회사',
];
/** These stand before the name as well. */
const leadingForms: readonly string[] = ['株式会社', '合同会社', '有限会社', '주식회사', '(주)'];

const wordForms: ReadonlySet<string> = new Set(
  (
    'co company corp corporation inc incorporated ltd limited llc llp lp plc gmbh mbh ag kg kgaa ohg gbr ug se sa sas sarl srl spa bv nv ' +
    'ab oy oyj asa as aps kk pte pty pvt private sdn bhd holding holdings group and et und y the'
  ).split(' '),
);

/** In brackets these say where or what a company is, not which. */
const places: ReadonlySet<string> = new Set([
  '中国',
  '中國',
  '中国大陆',
  '大陆',
  '集团',
  '控股',
  'china',
  'prc',
  'cn',
  'group',
  'holding',
  'holdings',
]);

/** A branch is another than the company. */
const branch = '分公司';
const fewestLetters = 2;

function withoutBrackets(text: string): string {
  return text.replaceAll(/[([【〔「《<]([^()[\]【】〔〕「」《》<>]*)[)\]】〕」》>]/gu, (_, inner: string) =>
    places.has(inner.trim()) || wordForms.has(inner.trim()) || joinedForms.includes(inner.trim()) ? ' ' : ` ${inner} `,
  );
}

function withoutEnding(word: string): string {
  for (let rest = word; ;) {
    const form = rest.endsWith(branch) ? undefined : joinedForms.find((each) => rest.endsWith(each));
    if (form === undefined || Array.from(rest).length - form.length < fewestLetters) return rest;
    rest = rest.slice(0, -form.length);
  }
}

function withoutBeginning(word: string): string {
  const form = leadingForms.find((each) => word.startsWith(each));
  return form === undefined || word.length - form.length < fewestLetters ? word : word.slice(form.length);
}

const isForm = (word: string): boolean => wordForms.has(word) || joinedForms.includes(word);

/** Its words: `华为技术（中国）有限公司` is 华为技术, `The Acme Steel Co., Ltd.` is acme steel. */
export function companyWords(text: string): readonly string[] {
  // Forms in initials are words: S.p.A., G.m.b.H.
  const plain = withoutBrackets(fold(text)).replaceAll(/(?<=(?:^|[\s.,&])\p{L}{1,2})\.(?=\p{L}{1,2}(?:$|[\s.,&]))/gu, '');
  const words = [...wordsOf(plain)];
  while (words.length > 1 && isForm(words.at(-1) ?? '')) words.pop();
  while (words.length > 1 && (words[0] === 'the' || leadingForms.includes(words[0] ?? ''))) words.shift();
  return words.map((word) => withoutEnding(withoutBeginning(word)));
}
