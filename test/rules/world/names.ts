// The names that random rules may use, by the object that they stand on and the kind that they give.

export type Kind = 'number' | 'text' | 'boolean' | 'date' | 'datetime' | 'time' | 'reference' | 'list';

export const kinds: readonly Kind[] = ['number', 'text', 'boolean', 'date', 'datetime', 'time', 'reference', 'list'];

export type Frame = 'deal' | 'line' | 'account';

/** Names by object and kind. */
export const fields: Readonly<Record<Frame, Readonly<Record<Kind, readonly string[]>>>> = {
  deal: {
    number: ['amount', 'rate', 'quantity', 'missing', '$old.amount', 'account.budget', 'account.parent.budget', '$record.rate'],
    text: [
      'name',
      'note',
      'missingText',
      'account.name',
      'owner.manager.name',
      '$old.name',
      '$user.name',
      'about:account.name',
      '$tenant.timeZone',
    ],
    boolean: ['active', 'hold', '$old.active'],
    date: ['closeDate', 'openedOn', 'account.since', '$old.closeDate'],
    datetime: ['dueAt', 'seenAt', '$old.dueAt', '$now'],
    time: ['at', '$old.at'],
    reference: ['account', 'rival', 'about:account', 'account.parent'],
    list: ['tags', '$old.tags'],
  },
  line: {
    number: ['total', '$item.total', '$record.amount', 'deal.rate', '$outer.quantity'],
    text: ['label', 'deal.account.name', '$record.name', '$outer.note'],
    boolean: ['cancelled', '$record.active'],
    date: ['day', '$record.closeDate'],
    datetime: ['postedAt', '$outer.dueAt'],
    time: ['$record.at', 'deal.at'],
    reference: ['deal.account', '$record.account'],
    list: ['deal.tags', '$record.tags'],
  },
  account: {
    number: ['budget', '$record.amount', 'parent.budget'],
    text: ['name', 'owner.name', '$record.name'],
    boolean: ['$record.active', '$record.hold'],
    date: ['since', '$record.closeDate'],
    datetime: ['$record.dueAt', '$now'],
    time: ['$record.at'],
    reference: ['parent', '$record.account', '$item'],
    list: ['$record.tags'],
  },
};
