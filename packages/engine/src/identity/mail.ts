// Mails of signing in: the port that sends them, and their texts.
import { compileTemplate, type Template } from '@tessera/security';
import type { IdentityUser } from '@tessera/storage';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same for those who are shown it. */
  readonly html?: string;
  /** `<…@…>`, the same each time the same mail is sent; left out: one of the moment. */
  readonly messageId?: string;
}

/** Sends mails; the server puts one in where SMTP is configured. */
export interface Mailer {
  /** Rejects where the mail could not be handed over. */
  send(mail: Mail): Promise<void>;
}

/** Templates over `person`, `minutes` and `link`. */
interface ResetTexts {
  readonly subject: Template;
  readonly text: Template;
}

const english: ResetTexts = {
  subject: compileTemplate('header', 'Set a new password'),
  text: compileTemplate(
    'text',
    'Hello {{ person }},\n\nsomebody, we hope you, has asked for a new password. Choose one here within {{ minutes }} minutes:\n\n{{ link }}\n\n' +
      'If it was not you, nothing needs to be done: your password stays as it is.\n',
  ),
};

const chinese: ResetTexts = {
  subject: compileTemplate('header', '设置新密码'),
  text: compileTemplate(
    'text',
    '{{ person }}，您好：\n\n有人（希望是您本人）申请了新密码。请在 {{ minutes }} 分钟内通过以下链接设置：\n\n{{ link }}\n\n如非本人操作，请忽略此邮件，您的密码不会改变。\n',
  ),
};

/** The mail that brings a reset's link, in the person's language where we have it. */
export function resetMail(
  { name, email, language }: IdentityUser,
  link: string,
  options: { readonly minutes: number; readonly language: string },
): Parameters<Mailer['send']>[0] {
  const { subject, text } = (language ?? options.language).startsWith('zh') ? chinese : english;
  const values = { person: name, minutes: options.minutes, link };
  return { to: email, subject: subject.render(values), text: text.render(values) };
}
