// Who may see and change which records, as far as it is asked of the database: a policy's conditions, and the shares of single records.
export {
  accessStatement,
  activePeopleStatement,
  countPeople,
  differenceStatement,
  layersStatement,
  mustAccessStatement,
  mustReadStatement,
  readableStatement,
  type RecordCondition,
  type RecordRights,
  type WantedRecords,
} from './statements.ts';
export {
  listShares,
  putShares,
  removeShares,
  removeSharesOf,
  type NewShare,
  type Share,
  type ShareAccess,
  type SharedRecord,
  type ShareOrigin,
} from './shares.ts';
