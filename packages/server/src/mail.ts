// Mails over SMTP.
import type { Mailer } from '@tessera/engine';
import { createTransport } from 'nodemailer';

/** How long the mail server may take for each step, in milliseconds. */
const patience = 15_000;

/**
 * @param url `smtp://name:password@host:587` (STARTTLS where the server has it) or `smtps://…`
 * @param from the sender, as a header has it
 */
export function smtpMailer(url: string, from: string): Mailer {
  const transport = createTransport({
    url,
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: patience,
    // A mail is what is handed in, never a file or address that a text names.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async ({ to, subject, text, html, messageId }) => {
      // As an address of its own: no text in it makes a second recipient.
      await transport.sendMail({ from, to: { name: '', address: to }, subject, text, html, messageId });
    },
  };
}
