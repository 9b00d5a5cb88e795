// The words in which plans are told, in English and in Chinese.
import type { MetadataPlan, PlanFinding, PlanStep, RefusedRecords, SeedTally, TouchedWork } from '@tessera/engine';

export type PlanLanguage = 'en' | 'zh-CN';

export interface PlanWords {
  readonly plan: string;
  readonly none: string;
  readonly nothing: string;
  readonly titles: Readonly<
    Record<
      | 'packs'
      | 'conflicts'
      | 'changes'
      | 'kept'
      | 'seeds'
      | 'steps'
      | 'migrations'
      | 'automations'
      | 'access'
      | 'work'
      | 'refused'
      | 'findings',
      string
    >
  >;
  readonly fine: string;
  readonly undecided: (count: number) => string;
  readonly risks: Readonly<Record<PlanStep['risk'], string>>;
  readonly step: (step: PlanStep) => string;
  readonly finding: (finding: PlanFinding) => string;
  readonly was: string;
  readonly migration: (migration: NonNullable<MetadataPlan['migrations']>[number]) => string;
  readonly packChange: Readonly<Record<NonNullable<MetadataPlan['packs']>[number]['change'], string>>;
  readonly sides: { readonly before: string; readonly pack: string; readonly tenant: string };
  /** Beside what both have changed. */
  readonly reasons: Readonly<Record<'locked' | 'unfit', string>>;
  readonly choice: (choice: string) => string;
  readonly noChoice: string;
  readonly keptFor: (removedIn: string, users: string) => string;
  readonly people: (people: number, gains: string, loses: string) => string;
  readonly records: (gained: string, lost: string) => string;
  readonly seeds: (seeds: SeedTally) => string;
  readonly work: (work: TouchedWork) => string;
  readonly refused: (refused: RefusedRecords) => string;
  readonly sample: (count: number, ids: string) => string;
  readonly listedBy: string;
}

const english: PlanWords = {
  plan: 'Plan',
  none: 'none',
  nothing: '(none)',
  titles: {
    packs: 'Packs',
    conflicts: 'Changed by both the tenant and a pack',
    changes: 'Changes of the metadata',
    kept: 'Kept for the tenant, which uses what the pack no longer brings',
    seeds: 'Data of packs',
    steps: 'Changes of the tables',
    migrations: 'Changes of records',
    automations: 'Automations in another order',
    access: 'Access',
    work: 'Under way',
    refused: 'Records whose next save would be refused',
    findings: 'It cannot be applied: records would break',
  },
  fine: 'Nothing stands in its way.',
  undecided: (count) => `It cannot be applied: ${count} conflict(s) are undecided.`,
  risks: { safe: 'safe', locks: 'locks the table for a moment', rewrites: 'rewrites the table', losesData: 'LOSES DATA' },
  step: ({ summary }) => summary,
  finding: ({ message }) => message,
  was: 'was',
  migration: ({ pack, version, name, change, object, fields, rows, others }) =>
    change === 'runs'
      ? `${pack} ${version} ${name}: ${object}: ${fields.join(', ')} of ${rows} record(s)`
      : `${pack} ${version} ${name} is undone: ${object}: ${fields.join(', ')} of ${rows} record(s)${others === 0 ? '' : `; ${others} changed since stay as they are`}`,
  packChange: {
    installed: 'is installed',
    upgraded: 'is upgraded',
    downgraded: 'goes back',
    altered: 'has other files under the same version',
    removed: 'is taken away',
  },
  sides: { before: 'so far', pack: 'pack', tenant: 'tenant' },
  reasons: { locked: 'locked by the pack', unfit: 'the tenant’s cannot stay' },
  choice: (choice) => `chosen: ${choice}`,
  noChoice: 'UNDECIDED',
  keptFor: (removedIn, users) => `gone in ${removedIn}, used by ${users}`,
  people: (people, gains, loses) => `${people} people${gains === '' ? '' : ` gain ${gains}`}${loses === '' ? '' : ` lose ${loses}`}`,
  records: (gained, lost) => `${gained} records gained, ${lost} lost`,
  seeds: ({ pack, set, added, changed, removed, kept }) =>
    `${pack} ${set}: ${added} added, ${changed} changed, ${removed} removed${kept.map(({ key, reason }) => `; ${key} stays, ${reason}`).join('')}`,
  work: ({ kind, name, change, count }) => `${kind} ${name} (${change}): ${count} begun`,
  refused: ({ object, rule, field, count }) =>
    `${object}: ${rule === undefined ? `the field ${field ?? ''} takes less` : `the rule ${rule}`}: ${count === null ? 'cannot be counted before it is in force' : `${count} record(s)`}`,
  sample: (count, ids) => `${count} record(s)${ids === '' ? '' : `, for example ${ids}`}`,
  listedBy: 'listed by',
};

const stepWords: Readonly<Record<string, string>> = {
  dropForeignKey: '撤销外键',
  dropCheck: '撤销检查',
  dropIndex: '撤销索引',
  rewriteTable: '重写数据表，为新列腾出空间',
  backfill: '补齐预先准备的列',
  dropPrepared: '移除未用的预备列',
  setAside: '搁置：数据保留至保留期满，期间可以恢复',
  renameTable: '重命名数据表',
  renameColumn: '重命名列',
  renameIndex: '重命名索引',
  renameConstraint: '重命名约束',
  restore: '恢复此前搁置的数据',
  createTable: '新建数据表',
  addColumn: '新增列',
  changeType: '更改类型',
  migrate: '数据迁移：计算新值并保留原值',
  undoMigration: '撤销数据迁移：恢复原值',
  putMigrated: '数据迁移：写入新值',
  checkMigrated: '检查迁移后的值',
  renameOptions: '记录中的选项值随重命名更新',
  removeStages: '移除阶段',
  dropRequired: '取消必填',
  setDefault: '设置默认值',
  setRequired: '设为必填',
  addCheck: '新增检查',
  createIndex: '新建索引',
  addUnique: '新增唯一约束',
  addForeignKey: '新增外键',
};

/** What the records of a finding lack, by the step that they stand in the way of. */
const findingWords: Readonly<Record<string, string>> = {
  setRequired: '没有值，而该字段将变为必填',
  addColumn: '没有值，而该字段为必填',
  changeType: '的值无法无损转换为新类型',
  checkMigrated: '迁移后的值不符合字段要求',
  renameOptions: '的值不在选项之中',
  removeStages: '处于将被移除的阶段',
  addCheck: '的值不符合新的约束',
  addUnique: '的值与其他记录重复',
  createIndex: '的值与其他记录重复',
  addForeignKey: '指向并不存在的记录',
};

const chinese: PlanWords = {
  plan: '计划',
  none: '无',
  nothing: '（无）',
  titles: {
    packs: '方案包',
    conflicts: '租户与方案包都改动了的属性',
    changes: '元数据变更',
    kept: '方案包已移除、因租户仍在使用而保留的部分',
    seeds: '方案包数据',
    steps: '数据表变更',
    migrations: '记录变更',
    automations: '自动化执行顺序变更',
    access: '权限变更',
    work: '受影响的进行中事项',
    refused: '下次保存会被拒绝的记录',
    findings: '无法应用：以下记录将不合规',
  },
  fine: '没有阻碍，可以应用。',
  undecided: (count) => `无法应用：还有 ${count} 处冲突未决定。`,
  risks: { safe: '安全', locks: '短暂锁表', rewrites: '重写数据表', losesData: '会丢失数据' },
  step: ({ kind, summary }) => stepWords[kind] ?? summary,
  finding: ({ kind, object, field, message }) => {
    const words = kind === undefined ? undefined : findingWords[kind];
    return words === undefined ? message : `${field === undefined ? object : `${object}.${field}`}：记录${words}（含回收站中的记录）`;
  },
  was: '原为',
  migration: ({ pack, version, name, change, object, fields, rows, others }) =>
    change === 'runs'
      ? `${pack} ${version} ${name}：${object}（${fields.join('、')}），${rows} 条记录`
      : `撤销 ${pack} ${version} ${name}：${object}（${fields.join('、')}），${rows} 条记录恢复原值${others === 0 ? '' : `，${others} 条此后已改动，保持现值`}`,
  packChange: { installed: '安装', upgraded: '升级', downgraded: '回退', altered: '版本相同但文件不同', removed: '卸载' },
  sides: { before: '原值', pack: '方案包', tenant: '租户' },
  reasons: { locked: '方案包已锁定', unfit: '租户的值不再适用' },
  choice: (choice) => `已选择：${choice}`,
  noChoice: '未决定',
  keptFor: (removedIn, users) => `自 ${removedIn} 起移除，使用者：${users}`,
  people: (people, gains, loses) => `${people} 人${gains === '' ? '' : `，获得 ${gains}`}${loses === '' ? '' : `，失去 ${loses}`}`,
  records: (gained, lost) => `新增可见记录 ${gained} 条，失去 ${lost} 条`,
  seeds: ({ pack, set, added, changed, removed, kept }) =>
    `${pack} ${set}：新增 ${added}，变更 ${changed}，删除 ${removed}${kept.map(({ key, reason }) => `；保留 ${key}（${reason === 'used' ? '仍被引用' : '租户已改动'}）`).join('')}`,
  work: ({ kind, name, change, count }) => `${kind} ${name}（${change === 'removed' ? '移除' : '变更'}）：${count} 项进行中`,
  refused: ({ object, rule, field, count }) =>
    `${object}：${rule === undefined ? `字段 ${field ?? ''} 的限制更严` : `规则 ${rule}`}：${count === null ? '应用之前无法统计' : `${count} 条记录`}`,
  sample: (count, ids) => `${count} 条记录${ids === '' ? '' : `，例如 ${ids}`}`,
  listedBy: '查询',
};

export const planWords: Readonly<Record<PlanLanguage, PlanWords>> = { en: english, 'zh-CN': chinese };
