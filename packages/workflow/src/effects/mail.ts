// Mails: handed to the operator's mail server, under a Message-ID that stays the same from attempt to attempt.
import { createHash } from 'node:crypto';
import type { Sender, Sent } from './sender.ts';

/** What an effect of the kind `mail` holds; its address is the recipient's. */
export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
}

/** How mails go out. */
export interface MailPort {
  /** Rejects where the mail could not be handed over. */
  send(mail: MailContent & { readonly to: string; readonly messageId: string }): Promise<void>;
}

/** What comes of an error of the mail server: `responseCode` is its reply (RFC 5321, 4.2), 5yz is for good. */
function refused(error: unknown): boolean {
  if (!(error instanceof Error) || !('responseCode' in error) || !('code' in error)) return false;
  // What the server has against us, such as our password, the operator may mend.
  return Number(error.responseCode) >= 500 && (error.code === 'EENVELOPE' || error.code === 'EMESSAGE');
}

/** @param domain of Message-IDs */
export function mailSender(port: MailPort, domain: string): Sender {
  return async ({ tenant, effect }): Promise<Sent> => {
    const { subject, text, html } = JSON.parse(effect.content) as MailContent;
    const id = createHash('sha256').update(`${tenant} ${effect.key}`).digest('hex').slice(0, 40);
    const messageId = `<${id}@${domain}>`;
    try {
      await port.send({ to: effect.address, subject, text, messageId, ...(html === undefined ? {} : { html }) });
      return { state: 'sent', answer: { messageId } };
    } catch (error) {
      if (!refused(error)) throw error;
      return { state: 'failed', error: { message: error instanceof Error ? error.message : String(error) } };
    }
  };
}
