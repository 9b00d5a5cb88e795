// What approval processes ask for: the histories of their approvals, and of what people did with them.
import { asJson, formerly, historyName, labelFrom, wordsOf, type Asker, type Json, type JsonMap, type KeptParts } from './parts.ts';

type Labels = readonly (readonly [name: string, en: string, zh: string])[];

const options = (labels: Labels): Json =>
  Object.fromEntries(labels.map(([name, en, zh], i) => [name, { label: { en, 'zh-CN': zh }, order: (i + 1) * 10 }]));

const events = options([
  ['create', 'New record', '新建'],
  ['update', 'Change', '修改'],
  ['delete', 'Deletion', '删除'],
  ['submit', 'Submission', '提交'],
  ['void', 'Voiding', '作废'],
]);

const states = options([
  ['running', 'Running', '审批中'],
  ['returned', 'Returned', '已退回'],
  ['approved', 'Approved', '已通过'],
  ['rejected', 'Rejected', '已拒绝'],
  ['recalled', 'Recalled', '已撤回'],
  ['cancelled', 'Cancelled', '已取消'],
  ['failed', 'Could not be written', '写入失败'],
]);

const actions = options([
  ['submitted', 'Submitted', '提交'],
  ['approved', 'Approved', '通过'],
  ['rejected', 'Rejected', '拒绝'],
  ['returned', 'Returned', '退回'],
  ['transferred', 'Transferred', '转交'],
  ['signerAdded', 'Signer added', '加签'],
  ['takenBack', 'Taken back', '收回'],
  ['recalled', 'Recalled', '撤回'],
  ['resubmitted', 'Submitted again', '重新提交'],
  ['reminded', 'Reminded', '催办'],
  ['commented', 'Commented', '评论'],
  ['asked', 'Asked', '征询'],
  ['answered', 'Answered', '答复'],
  ['reassigned', 'Reassigned', '改派'],
  ['skipped', 'Skipped', '跳过'],
  ['passed', 'Passed over', '自动跳过'],
  ['retried', 'Retried', '重试'],
  ['cancelled', 'Cancelled', '取消'],
  ['edited', 'Edited', '编辑'],
  ['migrated', 'Moved to a new version', '迁移至新版本'],
]);

const reasons = options([
  ['timeout', 'Time was up', '超时'],
  ['condition', 'Not needed', '无需此步骤'],
  ['nobody', 'Nobody to ask', '无审批人'],
  ['submitter', 'The submitter’s own', '审批人为提交人'],
  ['repeated', 'Approved before', '此前已通过'],
  ['left', 'Has left', '已离职'],
  ['standIn', 'Stand-in changed', '代理变更'],
]);

type Process = readonly [name: string, source: Json];

const kept = (type: string, en: string, zh: string, more: Json = {}): Json => ({
  type,
  readOnly: true,
  label: { en, 'zh-CN': zh },
  ...more,
});

const processOptions = (processes: readonly Process[]): Json =>
  Object.fromEntries(
    processes.map(([name, source], i) => [
      name,
      { label: labelFrom({ label: source['label'], name }, {}), order: i, ...formerly(source, '') },
    ]),
  );

/** Fields that some step lets its approvers edit. */
function editable(source: unknown, fields: Json, found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(source)) for (const item of source) editable(item, fields, found);
  else if (typeof source === 'object' && source !== null) {
    const { type, editable: own } = source as Json;
    if (type === 'approval') for (const field of wordsOf(own)) if (Object.hasOwn(fields, field)) found.add(field);
    for (const item of Object.values(source)) editable(item, fields, found);
  }
  return found;
}

const approvalFields = (processes: readonly Process[]): JsonMap => ({
  name: {},
  process: kept('picklist', 'Process', '审批流程', { options: processOptions(processes) }),
  event: kept('picklist', 'Asked for', '审批事项', { options: events }),
  submitter: kept('user', 'Submitter', '提交人', { indexed: true }),
  state: kept('picklist', 'State', '状态', { options: states }),
  submittedAt: kept('datetime', 'Submitted at', '提交时间', { indexed: true }),
  endedAt: kept('datetime', 'Ended at', '结束时间'),
  comment: kept('textarea', 'Comment', '说明', { maxLength: 20_000, personal: 'text' }),
});

function decisionFields(object: string, source: Json, processes: readonly Process[]): JsonMap {
  const follows = [...editable(processes, asJson(source['fields']))];
  return {
    name: {},
    approval: kept('lookup', 'Approval', '审批', { to: historyName(object, 'approval'), inverse: 'decisions', indexed: true }),
    action: kept('picklist', 'Action', '操作', { options: actions }),
    because: kept('picklist', 'By itself, because', '自动原因', { options: reasons }),
    step: kept('text', 'Step', '步骤', { maxLength: 1000 }),
    person: kept('user', 'Person', '操作人', { indexed: true }),
    inNameOf: kept('user', 'In the name of', '代表'),
    to: kept('user', 'To', '对象'),
    at: kept('datetime', 'At', '时间', { indexed: true }),
    comment: kept('textarea', 'Comment', '意见', { maxLength: 20_000, personal: 'text' }),
    changed: kept('json', 'Fields changed', '修改字段', { follows, personal: 'text' }),
    files: kept('json', 'Files', '附件'),
  };
}

/** Also of processes that are switched off: what they have done stays. */
export function approvalParts(objects: JsonMap, processes: JsonMap): readonly KeptParts[] {
  return Object.entries(objects).flatMap(([object, source]): readonly KeptParts[] => {
    const own = Object.entries(processes).filter(([, process]) => process['object'] === object);
    const [first] = own;
    if (first === undefined) return [];
    const asker: Asker = { kind: 'approvalProcess', name: first[0], pointer: '/object' };
    return [
      {
        object,
        fields: {},
        histories: {
          approval: { fields: approvalFields(own), asker },
          approvalDecision: { fields: decisionFields(object, source, own), asker },
        },
      },
    ];
  });
}
