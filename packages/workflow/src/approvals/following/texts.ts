// What the platform writes to those who are concerned by an approval, in its own languages; administrators' templates stand in `notify` steps.
import type { Channel, Label, MessageModel, TemplateModel } from '@tessera/metadata';

/** What somebody is told. Of several that one person would be told of an approval at once, the first counts. */
export const noticeKinds = [
  'asked',
  'question',
  'reminded',
  'answer',
  'returned',
  'approved',
  'rejected',
  'recalled',
  'cancelled',
  'failed',
  'stopped',
] as const;

export type NoticeKind = (typeof noticeKinds)[number];

interface Wording {
  readonly subject: Label;
  readonly body: Label;
  /** The subject for many records at once. */
  readonly many: Label;
}

const label = (en: string, zh: string): Label => ({ en, 'zh-CN': zh });

/** `said`: the comment, where there is one; `behalf`: in whose name, where somebody stands in; `called`: the record with that; `at`: the step. */
const wordings: Readonly<Record<NoticeKind, Wording>> = {
  asked: {
    subject: label('To approve: {{ called }}', '待审批：{{ called }}'),
    body: label(
      '{{ submitter }} asks for approval{{ behalf }}: {{ object }} {{ name }} ({{ process }}{{ at }}).{{ said }}',
      '{{ submitter }}提交了{{ object }}“{{ name }}”，请审批{{ behalf }}（{{ process }}{{ at }}）。{{ said }}',
    ),
    many: label('{{ count }} records to approve', '{{ count }} 条记录待审批'),
  },
  question: {
    subject: label('Question about {{ name }}', '征询：{{ name }}'),
    body: label(
      '{{ by }} asks about {{ object }} {{ name }} ({{ process }}).{{ said }}',
      '{{ by }}就{{ object }}“{{ name }}”征询意见（{{ process }}）。{{ said }}',
    ),
    many: label('{{ count }} questions', '{{ count }} 条征询'),
  },
  reminded: {
    subject: label('Reminder, to approve: {{ called }}', '催办：{{ called }}等待审批'),
    body: label(
      '{{ object }} {{ name }} of {{ submitter }} still waits for approval{{ behalf }} ({{ process }}{{ at }}).{{ said }}',
      '{{ submitter }}提交的{{ object }}“{{ name }}”仍在等待审批{{ behalf }}（{{ process }}{{ at }}）。{{ said }}',
    ),
    many: label('Reminder: {{ count }} records wait for approval', '催办：{{ count }} 条记录等待审批'),
  },
  answer: {
    subject: label('Answer about {{ name }}', '答复：{{ name }}'),
    body: label(
      '{{ by }} answers about {{ object }} {{ name }} ({{ process }}).{{ said }}',
      '{{ by }}就{{ object }}“{{ name }}”作出答复（{{ process }}）。{{ said }}',
    ),
    many: label('{{ count }} answers', '{{ count }} 条答复'),
  },
  returned: {
    subject: label('Returned: {{ name }}', '已退回：{{ name }}'),
    body: label(
      '{{ object }} {{ name }} has been returned to you ({{ process }}){{ who }}.{{ said }}',
      '{{ object }}“{{ name }}”已退回给您（{{ process }}）{{ who }}。{{ said }}',
    ),
    many: label('{{ count }} records returned', '{{ count }} 条记录已退回'),
  },
  approved: {
    subject: label('Approved: {{ name }}', '已通过：{{ name }}'),
    body: label(
      '{{ object }} {{ name }} has been approved ({{ process }}){{ who }}.{{ said }}',
      '{{ object }}“{{ name }}”已通过审批（{{ process }}）{{ who }}。{{ said }}',
    ),
    many: label('{{ count }} records approved', '{{ count }} 条记录已通过审批'),
  },
  rejected: {
    subject: label('Rejected: {{ name }}', '已拒绝：{{ name }}'),
    body: label(
      '{{ object }} {{ name }} has been rejected ({{ process }}){{ who }}.{{ said }}',
      '{{ object }}“{{ name }}”未通过审批（{{ process }}）{{ who }}。{{ said }}',
    ),
    many: label('{{ count }} records rejected', '{{ count }} 条记录未通过审批'),
  },
  recalled: {
    subject: label('Recalled: {{ name }}', '已撤回：{{ name }}'),
    body: label(
      'The approval of {{ object }} {{ name }} has been recalled ({{ process }}){{ who }}.{{ said }}',
      '{{ object }}“{{ name }}”的审批已撤回（{{ process }}）{{ who }}。{{ said }}',
    ),
    many: label('{{ count }} approvals recalled', '{{ count }} 项审批已撤回'),
  },
  cancelled: {
    subject: label('Cancelled: {{ name }}', '已取消：{{ name }}'),
    body: label(
      'The approval of {{ object }} {{ name }} has been cancelled ({{ process }}){{ who }}.{{ said }}',
      '{{ object }}“{{ name }}”的审批已取消（{{ process }}）{{ who }}。{{ said }}',
    ),
    many: label('{{ count }} approvals cancelled', '{{ count }} 项审批已取消'),
  },
  failed: {
    subject: label('Approved, but not written: {{ name }}', '已通过但写入失败：{{ name }}'),
    body: label(
      'The change of {{ object }} {{ name }} has been approved and could not be written ({{ process }}). An administrator has to see to it.',
      '{{ object }}“{{ name }}”的变更已通过审批，但未能写入（{{ process }}），需由管理员处理。',
    ),
    many: label('{{ count }} approved changes were not written', '{{ count }} 项已通过的变更写入失败'),
  },
  stopped: {
    subject: label('Approval stands still: {{ name }}', '审批停滞：{{ name }}'),
    body: label(
      'A step of the approval of {{ object }} {{ name }} has failed ({{ process }}{{ at }}). Retry it, or skip it.',
      '{{ object }}“{{ name }}”的审批有一个步骤执行失败（{{ process }}{{ at }}），请重试或跳过。',
    ),
    many: label('{{ count }} approvals stand still', '{{ count }} 项审批停滞'),
  },
};

const withLink = (body: Label): Label =>
  Object.fromEntries(Object.entries(body).map(([language, text]) => [language, `${text}\n\n{{ $link }}`]));

const approval = label('Approval', '审批');

const channelsOf = (subject: Label, body: Label, mailed: Label): Readonly<Partial<Record<Channel, MessageModel>>> => ({
  inApp: { subject, body },
  email: { subject, body: mailed },
});

/** What is told of one record of the object. */
export function noticeTemplate(kind: NoticeKind, object: string): TemplateModel {
  const { subject, body } = wordings[kind];
  return { name: kind, label: approval, object, channels: channelsOf(subject, body, withLink(body)), placeholders: {} };
}

const listed: Label = { en: '{{ names }}' };

/** What is told of many records at once. */
export function digestTemplate(kind: NoticeKind): TemplateModel {
  const { many } = wordings[kind];
  return { name: kind, label: approval, object: undefined, channels: channelsOf(many, listed, listed), placeholders: {} };
}

const standingIn = label(' (for {})', '（代{}）');
const decider = label(' by {}', '，处理人：{}');
const stepped = label(', {}', '，{}');

/** Parts of texts that are there only where there is something to be said. */
export const phrases = { standingIn, decider, stepped } as const;
