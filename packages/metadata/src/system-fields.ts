// The fields that every record has.
import type { FieldSource } from './effective.ts';
import type { FieldModel, FieldTypeName, Label } from './model.ts';

interface SystemField {
  readonly source: FieldSource;
  readonly readOnly: boolean;
  /** Without a foreign key: people are never deleted, and every write would pay for the check. */
  readonly loose?: boolean;
}

const label = (en: string, zh: string): Label => ({ en, 'zh-CN': zh });

/** In the order in which they are shown. `recordType` takes its options from the object. */
export const systemFields: Readonly<Record<string, SystemField>> = {
  id: { source: { type: 'id', label: label('ID', 'ID'), required: true }, readOnly: true },
  name: { source: { type: 'text', label: label('Name', '名称'), required: true, searchable: true }, readOnly: false },
  recordType: { source: { type: 'picklist', label: label('Record type', '业务类型') }, readOnly: false },
  owner: { source: { type: 'user', onDelete: 'restrict', label: label('Owner', '负责人'), history: true }, readOnly: false },
  ownerDepartment: {
    source: { type: 'department', onDelete: 'restrict', label: label('Owner’s department', '负责人所属部门') },
    readOnly: true,
  },
  createdAt: { source: { type: 'datetime', label: label('Created at', '创建时间'), required: true }, readOnly: true },
  createdBy: { source: { type: 'user', onDelete: 'restrict', label: label('Created by', '创建人') }, readOnly: true, loose: true },
  updatedAt: { source: { type: 'datetime', label: label('Updated at', '最后修改时间'), required: true }, readOnly: true },
  updatedBy: { source: { type: 'user', onDelete: 'restrict', label: label('Updated by', '最后修改人') }, readOnly: true, loose: true },
  version: { source: { type: 'integer', label: label('Version', '版本'), required: true }, readOnly: true },
  deletedAt: { source: { type: 'datetime', label: label('Deleted at', '删除时间') }, readOnly: true },
  lifeStatus: {
    source: {
      type: 'picklist',
      label: label('Life status', '生命状态'),
      required: true,
      options: {
        normal: { order: 10, label: label('Normal', '正常') },
        inApproval: { order: 20, label: label('In approval', '审批中') },
        draft: { order: 25, label: label('Not in force', '未生效') },
        void: { order: 30, label: label('Void', '已作废') },
      },
    },
    readOnly: true,
  },
  lockedBy: { source: { type: 'user', onDelete: 'restrict', label: label('Locked by', '锁定人') }, readOnly: true, loose: true },
};

const workedOut: ReadonlySet<FieldTypeName> = new Set(['formula', 'rollup', 'quote', 'autoNumber']);

/** Whether anybody sets the field's value: not where it is worked out or kept by the system. */
export const isSettable = ({ type, system, name }: FieldModel): boolean =>
  !workedOut.has(type) && !(system && systemFields[name]?.readOnly !== false);
