// Telephone numbers made comparable: country and number as in E.164, and the extension.

/** Numbers without a country are of this one. */
const homeCountry = '86';

/** Fewer digits are no number that one could be called at. */
const fewestDigits = 5;

const extension = /(?:ext(?:ension)?|[x#转])[\s.:]*(\d{1,8})\s*$/iu;
/** A trunk prefix that is shown with the country, and not dialled with it: +44 (0)20. */
const shownTrunk = /\(\s*0\s*\)/u;
const homeMobile = /^1[3-9]\d{9}$/;

/** Digits with the country. */
function international(written: string): string {
  const digits = written.replaceAll(/\D/g, '');
  const said = /^\s*(?:\+|00)/u.test(written) ? digits.replace(/^00/, '') : undefined;
  if (said !== undefined) return said.startsWith(`${homeCountry}0`) ? homeCountry + said.slice(homeCountry.length + 1) : said;
  // The country may be written without its sign, where what follows is a mobile number.
  if (digits.startsWith(homeCountry) && homeMobile.test(digits.slice(homeCountry.length))) return digits;
  return homeCountry + digits.replace(/^0/, '');
}

/** `+86 (0)10-8888 6666 转 8` is `861088886666x8`; empty where there is no number. */
export function phoneKey(text: string): string {
  const written = text.normalize('NFKC');
  const inside = extension.exec(written)?.[1];
  const number = written.replace(extension, '').replace(shownTrunk, '');
  if (number.replaceAll(/\D/g, '').length < fewestDigits) return '';
  return `${international(number.trim())}${inside === undefined ? '' : `x${inside}`}`;
}
