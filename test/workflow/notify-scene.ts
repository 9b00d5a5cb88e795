// Cases of customers, told of to people with different rights and languages.
import { outwardFetch, outwardPolicy, type EngineOptions } from '@tessera/engine';
import { smtpMailer } from '../../packages/server/src/mail.ts';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { mailReceiver, type MailReceiver } from './receivers.ts';

const label = (en: string, zh = en): Json => ({ en, 'zh-CN': zh });

const automation = (name: string, steps: Json, more: Json = {}): Json => ({
  name,
  object: 'case',
  runAs: 'system',
  trigger: { type: 'button', label: label(name) },
  steps,
  ...more,
});

const notify = (more: Json = {}): Json => ({
  type: 'notify',
  to: { owner: { field: 'owner' }, watcher: { field: 'watcher' }, deputy: { field: 'deputy' } },
  template: 'news',
  ...more,
});

export const cases = pack(
  'cases',
  {
    customer: { sharing: 'private', fields: { name: { type: 'text' } } },
    case: {
      sharing: 'private',
      fields: {
        name: { type: 'text' },
        customer: { type: 'lookup', to: 'customer' },
        stage: { type: 'picklist', options: { open: { label: label('Open', '处理中') }, shut: { label: label('Shut', '已关闭') } } },
        amount: { type: 'currency', currency: 'EUR', precision: 20, scale: 4 },
        margin: { type: 'percent' },
        due: { type: 'datetime' },
        day: { type: 'date' },
        urgent: { type: 'boolean' },
        watcher: { type: 'user' },
        deputy: { type: 'user' },
      },
    },
  },
  {
    'settings.json': { languages: ['en', 'zh-CN'], timeZone: 'UTC' },
    'roles/agent.json': {
      name: 'agent',
      label: label('Agent'),
      objects: {
        case: { read: true, update: true, fields: { '*': 'edit', margin: 'none' } },
        customer: { read: true, fields: { '*': 'read' } },
      },
    },
    'templates/news.json': {
      name: 'news',
      label: label('News', '消息'),
      object: 'case',
      inApp: {
        subject: label('{{ name }}: {{ stage }}', '{{ name }}：{{ stage }}'),
        body: label('{{ customer.name }} / {{ margin }} / {{ $user.name }} / {{ $link }}'),
      },
      email: {
        subject: label('Case {{ name }}', '工单 {{ name }}'),
        body: label('{{ customer.name }} {{ amount }} {{ margin }} {{ due }} {{ day }} {{ urgent }}\n{{ $link }}'),
      },
    },
    'automations/tellAll.json': automation('tellAll', { tell: notify() }),
    'automations/tellByMail.json': automation('tellByMail', { tell: notify({ channels: ['email'] }) }),
    'automations/onShut.json': automation(
      'onShut',
      { tell: notify({ channels: ['inApp'] }) },
      { trigger: { type: 'record', on: ['update'], changed: ['stage'], moment: 'afterSave' }, when: { '==': [{ var: 'stage' }, 'shut'] } },
    ),
  },
);

export interface NotifyScene {
  readonly engine: TestEngine;
  readonly acme: TestTenant;
  readonly smtp: MailReceiver;
  close(): Promise<void>;
}

export async function notifyScene(more: Partial<EngineOptions> = {}): Promise<NotifyScene> {
  const smtp = await mailReceiver();
  const mailer = smtpMailer(smtp.url, 'Tessera <no-reply@crm.example>');
  const outward = { fetch: outwardFetch(outwardPolicy()), allowHttp: true };
  const engine = await testEngine({ engine: { mailer, outward, publicUrl: 'https://crm.example/app', ...more } });
  const acme = await engine.tenant('acme', [cases]);
  return {
    engine,
    acme,
    smtp,
    close: async () => {
      await engine.close();
      await smtp.close();
    },
  };
}
