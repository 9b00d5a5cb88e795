// LISTEN on one connection of its own, which comes back after a failure.
import { ident, toStatement, sql, type Logger } from '@tessera/kernel';
import { backOff } from './backoff.ts';
import { Connection } from './connection.ts';
import type { Login } from './login.ts';

export interface ListenOptions {
  /** Called after a failure, once the channel is heard again: messages may have been missed in between. */
  readonly onReconnect?: () => void;
}

interface Subscriber extends ListenOptions {
  readonly onMessage: (payload: string) => void;
}

/** A connection that has silently died (a cut cable) is found by asking it something from time to time. */
const pulseMs = 30_000;
const pulseTimeoutMs = 10_000;

export class Listener {
  readonly #login: Login;
  readonly #log: Logger;
  readonly #channels = new Map<string, Set<Subscriber>>();
  readonly #stop = new AbortController();
  #connection: Connection | undefined;
  #connecting: Promise<void> | undefined;
  #reconnects = 0;

  constructor(login: Login, log: Logger) {
    this.#login = login;
    this.#log = log;
  }

  get stats(): { readonly connected: boolean; readonly reconnects: number } {
    return { connected: this.#connection?.closed === false, reconnects: this.#reconnects };
  }

  /** Resolves once the channel is heard. */
  async listen(channel: string, onMessage: (payload: string) => void, options: ListenOptions = {}): Promise<{ close(): Promise<void> }> {
    const subscriber: Subscriber = { onMessage, ...options };
    const others = this.#channels.get(channel);
    if (others === undefined) this.#channels.set(channel, new Set([subscriber]));
    else others.add(subscriber);
    try {
      await this.#connected();
    } catch (error) {
      this.#remove(channel, subscriber);
      throw error;
    }
    if (others === undefined) await this.#command(sql`listen ${ident(channel)}`);
    return {
      close: async () => {
        if (this.#remove(channel, subscriber)) await this.#command(sql`unlisten ${ident(channel)}`);
      },
    };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#channels.clear();
    await this.#connecting?.catch(() => undefined);
    await this.#connection?.close();
  }

  /** True where nobody wants the channel any more. */
  #remove(channel: string, subscriber: Subscriber): boolean {
    const left = this.#channels.get(channel);
    left?.delete(subscriber);
    return left?.size === 0 && this.#channels.delete(channel);
  }

  /** On a failure nothing is to be done: the next connection listens to all channels that are wanted then. */
  async #command(fragment: ReturnType<typeof sql>): Promise<void> {
    await this.#connection?.run(toStatement(fragment)).catch(() => undefined);
  }

  #connected(): Promise<void> {
    if (this.#connection?.closed === false) return Promise.resolve();
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #connect(): Promise<void> {
    const connection = await Connection.open(this.#login);
    connection.listen(({ channel, payload }) => {
      for (const subscriber of this.#channels.get(channel) ?? [])
        this.#tell(() => {
          subscriber.onMessage(payload ?? '');
        });
    });
    try {
      for (const channel of this.#channels.keys()) await connection.run(toStatement(sql`listen ${ident(channel)}`));
    } catch (error) {
      await connection.close();
      throw error;
    }
    this.#connection = connection;
    const pulse = setInterval(() => {
      connection.run({ text: 'select', values: [] }, { timeoutMs: pulseTimeoutMs }).catch(() => connection.close());
    }, pulseMs);
    pulse.unref();
    connection.onClosed = () => {
      clearInterval(pulse);
      if (!this.#stop.signal.aborted) void this.#reconnect();
    };
    if (connection.closed) void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    this.#log.warn({}, 'the connection that listens was lost');
    for (let attempt = 1; ; attempt += 1) {
      await backOff(attempt, 50, 5_000, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      try {
        await this.#connected();
        break;
      } catch (error) {
        this.#log.warn({ error, attempt }, 'the connection that listens cannot be opened yet');
      }
    }
    this.#reconnects += 1;
    for (const subscribers of this.#channels.values()) {
      for (const { onReconnect } of subscribers) if (onReconnect !== undefined) this.#tell(onReconnect);
    }
  }

  /** One subscriber's mistake is not the others' trouble. */
  #tell(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#log.error({ error }, 'a subscriber to notifications failed');
    }
  }
}
