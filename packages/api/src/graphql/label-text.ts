// Texts of metadata in the reader's language.
import type { Label } from '@tessera/metadata';

/** The text in the first language that there is: exactly (`zh-CN`), by its first part (`zh`), else English, else any. */
export function labelText(label: Label, languages: readonly string[]): string {
  for (const language of languages) {
    const exact = label[language];
    if (exact !== undefined) return exact;
    const [base] = language.split('-');
    const near = Object.keys(label).find((other) => other === base || other.startsWith(`${base ?? ''}-`));
    if (near !== undefined) return label[near] ?? '';
  }
  return label['en'] ?? Object.values(label)[0] ?? '';
}

/** The one of the Model's languages that suits the reader best: what a schema is cached by. */
export function bestLanguage(wanted: readonly string[], known: readonly string[]): string {
  for (const language of wanted) {
    const [base] = language.split('-');
    const found = known.find((other) => other === language) ?? known.find((other) => other === base || other.startsWith(`${base ?? ''}-`));
    if (found !== undefined) return found;
  }
  return known[0] ?? 'en';
}
