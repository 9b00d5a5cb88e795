// Telephone numbers made comparable: country and number as in E.164, and the extension.

/** Numbers without a country are of this one. */
const homeCountry = '86';

/** Fewer digits are no number that one could be called at. */
const fewestDigits = 5;

const extension = /(?:ext(?:ension)?|[x#转])[\s.:]*(\d{1,8})\s*$/iu;
/** At home it also stands behind the whole number with a dash alone: 010-88886666-8001. */
const dashed = /(?<=\d{7,8}\s*)-\s*(\d{1,6})\s*$/u;
const foreign = /^\s*(?:\+|00)\s*(?!86)\d/u;
/** A trunk prefix that is shown with the country, and not dialled with it: +44 (0)20. */
const shownTrunk = /\(\s*0\s*\)/u;
const homeMobile = /^(?:(?:00)?86)?1[3-9]\d{9}$/;
/** Digits of a number at home, without the trunk prefix. */
const longestHome = 11;

const digitsOf = (text: string): string => text.replaceAll(/\D/g, '');
const atHome = (digits: string): string => homeCountry + digits.replace(/^0/, '');

/** Digits with the country. */
function international(written: string): string {
  const digits = digitsOf(written);
  const said = /^\s*(?:\+|00)/u.test(written) ? digits.replace(/^00/, '') : undefined;
  if (said !== undefined) return said.startsWith(homeCountry) ? atHome(said.slice(homeCountry.length)) : said;
  // The country may be written without its sign: no number at home is as long.
  const isSaid = digits.startsWith(homeCountry) && digits.length > longestHome;
  return atHome(isSaid ? digits.slice(homeCountry.length) : digits);
}

function extensionIn(written: string): RegExp | undefined {
  if (extension.test(written)) return extension;
  return dashed.test(written) && !foreign.test(written) && !homeMobile.test(digitsOf(written)) ? dashed : undefined;
}

/** `+86 (0)10-8888 6666 转 8` is `861088886666x8`; empty where there is no number. */
export function phoneKey(text: string): string {
  const written = text.normalize('NFKC');
  const form = extensionIn(written);
  const inside = form?.exec(written)?.[1];
  const number = (form === undefined ? written : written.replace(form, '')).replace(shownTrunk, '');
  if (digitsOf(number).length < fewestDigits) return '';
  return `${international(number.trim())}${inside === undefined ? '' : `x${inside}`}`;
}
