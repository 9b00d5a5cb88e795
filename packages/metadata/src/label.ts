// Texts in several languages.

/** Texts by BCP 47 language, `{ "en": "Account", "zh-CN": "客户" }`. */
export type Label = Readonly<Record<string, string>>;
