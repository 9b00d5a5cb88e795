// Passwords that everybody tries first: common words in their usual disguises, rows of keys, sequences, repetitions.

/** What common passwords are built around, in lower case and without disguise. */
const words: ReadonlySet<string> = new Set(
  (
    'password passwort passwd kennwort pass motdepasse contrasena senha parola wachtwoord mima admin administrator root user guest test ' +
    'tester demo login welcome willkommen bienvenue hello hallo letmein changeme change secret geheim default master system server ' +
    'computer internet access qwerty qwertz azerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc onetwothree iloveyou ' +
    'loveyou woaini woaiwojia wodemima ichliebedich jetaime teamo dragon monkey football baseball basketball soccer hockey superman ' +
    'batman spiderman starwars pokemon minecraft princess sunshine shadow michael jennifer jessica charlie daniel jordan thomas ' +
    'ashley andrew joshua hunter ranger buster summer winter spring autumn sommer herbst fruehling january february march april june ' +
    'july august september october november december monday tuesday wednesday thursday friday saturday sunday freedom whatever ' +
    'trustno cheese ginger pepper cookie chocolate flower butterfly purple orange yellow silver golden diamond money killer ninja ' +
    'mustang ferrari porsche mercedes corvette harley samsung google facebook microsoft windows linkedin company office business ' +
    'sales support tessera crm temp temporary newpassword mypassword password password'
  ).split(' '),
);

const disguises: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
  '1qaz2wsx3edc4rfv',
];
const sequences = rows.flatMap((row) => [row, Array.from(row).reverse().join('')]);

/** Runs of a row or an alphabet, at least so long, count as one character. */
const shortestRun = 4;

/** How much is left to be guessed once runs along rows of keys are counted as one. */
function withoutRuns(text: string): number {
  let left = 0;
  for (let at = 0; at < text.length; left += 1) {
    let length = 1;
    for (let end = at + shortestRun; end <= text.length && sequences.some((row) => row.includes(text.slice(at, end))); end += 1)
      length = end - at;
    at += length;
  }
  return left;
}

/** The text that something consists of several times, or it itself. */
function repeated(text: string): string {
  const at = `${text}${text}`.indexOf(text, 1);
  return at < text.length ? text.slice(0, at) : text;
}

const trimmed = (text: string): string => text.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');

const undisguised = (text: string): string => Array.from(text, (character) => disguises[character] ?? character).join('');

/** A password with so few characters around a common word is as good as the word. */
const decoration = 6;

/** Whether a password is among those that are tried first. */
export function isCommonPassword(password: string): boolean {
  const text = password.normalize('NFKC').toLowerCase();
  const block = repeated(text);
  if (block.length <= 4 || withoutRuns(block) <= 4) return true;
  return [block, trimmed(block), undisguised(block), trimmed(undisguised(block)), undisguised(trimmed(block))].some((candidate) => {
    const letters = candidate.replaceAll(/[^\p{L}]/gu, '');
    const pieces = candidate.split(/[^\p{L}]+/u).filter((piece) => piece !== '');
    const isWord = words.has(letters) || words.has(repeated(letters)) || (pieces.length > 0 && pieces.every((piece) => words.has(piece)));
    return isWord && text.length - letters.length <= decoration + pieces.length;
  });
}
