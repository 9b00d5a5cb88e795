// Real receivers of what goes outward: an HTTP server for webhooks, a mail server.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface Received {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answering {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  /** Ids of those that were answered with success. */
  readonly accepted: string[];
  /** What is answered; each test says it anew. */
  answer: (received: Received) => Answering | Promise<Answering>;
  close(): Promise<void>;
}

export async function webhookReceiver(): Promise<WebhookReceiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const got = { id: String(request.headers['webhook-id']), headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      receiver.received.push(got);
      void Promise.resolve(receiver.answer(got)).then(({ status, headers = {}, body = '' }) => {
        if (status < 300) receiver.accepted.push(got.id);
        response.writeHead(status, { ...headers, connection: 'close' }).end(body);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${String(port)}/hook`,
    port,
    received: [],
    accepted: [],
    answer: () => ({ status: 204 }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

/** As a receiver verifies it by the text of Standard Webhooks: whether one of the signatures is that of the secret. */
export function isSigned({ headers, body }: Received, secret: Uint8Array): boolean {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const expected = `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(expected);
}

export interface ReceivedMail {
  readonly to: readonly string[];
  readonly content: string;
}

export interface MailReceiver {
  readonly url: string;
  readonly mails: ReceivedMail[];
  /** The reply to each recipient and to each mail: an error with a `responseCode`, or nothing. */
  refuse: { recipient?: number | undefined; content?: number | undefined };
  close(): Promise<void>;
}

function reply(code: number | undefined): Error | null {
  return code === undefined ? null : Object.assign(new Error('Not now, or not ever.'), { responseCode: code });
}

export async function mailReceiver(): Promise<MailReceiver> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => {
      done(reply(receiver.refuse.recipient));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        const failure = reply(receiver.refuse.content);
        if (failure === null) receiver.mails.push({ to, content: Buffer.concat(chunks).toString('utf8') });
        done(failure);
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const receiver: MailReceiver = {
    url: `smtp://127.0.0.1:${String((server.server.address() as AddressInfo).port)}`,
    mails: [],
    refuse: {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
  return receiver;
}
