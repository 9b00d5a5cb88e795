// For every route of the table: requests of one tenant that name what is another's.
import type { RouteId } from '../../packages/api/src/rest/table.ts';
import { approvalAttempts } from './isolation-approvals.ts';
import { automationAttempts } from './isolation-automations.ts';
import { metadataAttempts } from './isolation-metadata.ts';
import type { Names, Own } from './isolation-scene.ts';

/** Method, path below `/api/v1`, body, headers. */
export type Attempt = readonly [method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>];
type Attempts = (their: Names, own: Own) => readonly Attempt[];

const json = (value: unknown): string => encodeURIComponent(JSON.stringify(value));
const is = (field: string, value: string): unknown => ({ '==': [{ var: field }, value] });
const csv = { 'Content-Type': 'text/csv' };

/** The other's record by the other's object, by one's own object, and by the object that both have. */
const records = (their: Names, own: Own, id: string, tail = ''): readonly string[] => [
  `/records/${their.object}/${id}${tail}`,
  `/records/${own.object}/${id}${tail}`,
  `/records/user/${their.user}${tail}`,
];

/** A new route fails to compile, and fails its test, until it has its attempts here. */
export const attempts: Readonly<Record<RouteId, Attempts>> = {
  logIn: (their, own) => [['POST', '/auth/login', { tenant: own.tenant, email: their.email, password: 'Correct-Horse-7-Battery' }]],
  refreshTokens: (their, own) => [
    ['POST', '/auth/refresh', { refreshToken: `${own.tenant}.${their.refreshSecret}` }],
    ['POST', '/auth/refresh', { refreshToken: their.refreshSecret }],
  ],
  logOut: (their) => [['POST', `/auth/logout?tenant=${their.tenant}`]],
  listObjects: (their) => [
    [
      'GET',
      '/objects',
      undefined,
      { 'X-Tenant': their.tenant, Cookie: `tenant=${their.tenant}`, 'X-Forwarded-Host': `${their.tenant}.example` },
    ],
    ['GET', `/objects?tenant=${their.tenant}`],
  ],
  describeObject: (their) => [
    ['GET', `/objects/${their.object}`],
    ['GET', `/objects/${their.tenant}.${their.object}`],
    ['GET', `/objects/t_${their.tenant}`],
  ],
  getLayout: (their, own) => [
    ['GET', `/layouts/${their.object}`],
    ['GET', `/layouts/${own.object}?layout=${their.layout}`],
    ['GET', `/layouts/${own.object}?recordType=${their.recordType}`],
    ['GET', `/layouts/${own.object}?record=${their.id}`],
    ['GET', `/layouts/user?record=${their.user}`],
  ],
  listRecords: (their, own) => [
    ['GET', `/records/${their.object}`],
    ['GET', `/records/${own.object}?fields=name,${their.field}`],
    ['GET', `/records/${own.object}?sort=${their.field}`],
    ['GET', `/records/${own.object}?filter=${json(is(their.field, 'x'))}`],
    ['GET', `/records/${own.object}?filter=${json(is('id', their.id))}&deleted=with&count=true`],
    ['GET', `/records/user?filter=${json(is('email', their.email))}`],
    ['GET', `/records/${own.lookup.object}?filter=${json(is(own.lookup.field, their.id))}`],
    ['GET', `/records/${own.object}?after=${their.cursor}`],
    ['GET', `/records/user?first=1&fields=id,email&after=${their.userCursor}`],
    ['GET', `/records/user?first=1&after=${their.graphCursor}`],
  ],
  createRecord: (their, own) => [
    ['POST', `/records/${their.object}`, { name: 'x' }],
    ['POST', `/records/${own.object}`, { name: 'x', [their.field]: 'x' }],
    ['POST', `/records/${own.object}`, { name: 'x', owner: their.user }],
    ['POST', `/records/${own.lookup.object}`, { ...own.lookup.values, [own.lookup.field]: their.id }],
    ['POST', `/records/user?fields=id`, { name: 'x', photo: their.fileId }],
  ],
  getRecord: (their, own) => [
    ...records(their, own, their.id).map((path): Attempt => ['GET', path]),
    ...records(their, own, their.deleted, '?deleted=only').map((path): Attempt => ['GET', path]),
    ['GET', `/records/${own.object}/${own.id}?fields=${their.field}`],
    ['GET', `/records/${own.object}/${own.id}?fields=owner.${their.field}`],
  ],
  updateRecord: (their, own) => [
    ...records(their, own, their.id).map((path): Attempt => ['PATCH', path, { name: 'taken' }]),
    ...records(their, own, their.id).map((path): Attempt => ['PATCH', path, { name: 'taken' }, { 'If-Match': '"1"' }]),
    ['PATCH', `/records/${own.object}/${own.id}`, { owner: their.user }],
  ],
  deleteRecord: (their, own) => [
    ...records(their, own, their.id).map((path): Attempt => ['DELETE', path]),
    ...records(their, own, their.deleted, '?purge=true').map((path): Attempt => ['DELETE', path]),
  ],
  restoreRecord: (their, own) => records(their, own, their.deleted, '/restore').map((path): Attempt => ['POST', path]),
  voidRecord: (their, own) => records(their, own, their.id, '/void').map((path): Attempt => ['POST', path]),
  unvoidRecord: (their, own) => records(their, own, their.id, '/unvoid').map((path): Attempt => ['POST', path]),
  getHistory: (their, own) => records(their, own, their.id, '/history').map((path): Attempt => ['GET', path]),
  getRecordBy: (their, own) => [
    ['GET', `/records/${their.object}/by/${their.key}/${their.keyValue}`],
    ['GET', `/records/${own.object}/by/${their.key}/${their.keyValue}`],
    ['GET', `/records/user/by/email/${their.email}`],
    ['GET', `/records/user/by/id/${their.user}`],
  ],
  upsertRecord: (their, own) => [
    ['PUT', `/records/${their.object}/by/${their.key}/${their.keyValue}`, { name: 'taken' }],
    ['PUT', `/records/${own.object}/by/${their.key}/${their.keyValue}`, { name: 'taken' }],
    ['PUT', `/records/user/by/email/${their.email}`, { name: 'taken', owner: their.user }],
  ],
  purgeRecords: (their, own) => [
    ['POST', `/records/${their.object}/purge`, { ids: [their.deleted] }],
    ['POST', `/records/${own.object}/purge`, { ids: [their.deleted, their.id] }],
    ['POST', '/records/user/purge', { ids: [their.user] }],
  ],
  bulk: (their, own) =>
    [their.object, own.object, 'user'].flatMap((object): readonly Attempt[] => {
      const send = (body: unknown): Attempt => ['POST', `/records/${object}/bulk`, body];
      const ids = [{ id: their.id }, { id: their.user }];
      return [
        send({ action: 'update', allOrNone: false, records: ids.map((each) => ({ ...each, name: 'taken' })) }),
        send({ action: 'delete', allOrNone: false, records: ids }),
        send({ action: 'restore', allOrNone: false, records: [{ id: their.deleted }] }),
        send({ action: 'upsert', by: their.key, records: [{ [their.key]: their.keyValue }] }),
        send({ action: 'create', records: [{ [their.field]: 'x', owner: their.user }] }),
      ];
    }),
  aggregateRecords: (their, own) => [
    ['POST', `/records/${their.object}/aggregate`, { measures: [{ function: 'count' }] }],
    ['POST', `/records/${own.object}/aggregate`, { measures: [{ function: 'max', path: their.field }] }],
    ['POST', `/records/${own.object}/aggregate`, { groupBy: [{ path: `owner.${their.field}` }], measures: [] }],
    ['POST', `/records/${own.object}/aggregate`, { filter: is('id', their.id), measures: [{ function: 'count' }] }],
    [
      'POST',
      '/records/user/aggregate',
      { filter: is('email', their.email), groupBy: [{ path: 'name' }], measures: [{ function: 'count' }] },
    ],
  ],
  importRecords: (their, own) => [
    ['POST', `/records/${their.object}/import`, 'name\nx\n', csv],
    [
      'POST',
      `/records/${own.object}/import?mapping=${json({ columns: { name: { field: 'name' } } })}&resume=${their.importId}`,
      'name\nx\n',
      csv,
    ],
    ['POST', `/records/${own.object}/import?mapping=${json({ columns: { name: { field: their.field } } })}`, 'name\nx\n', csv],
    [
      'POST',
      `/records/${own.object}/import?dryRun=true&by=id&mapping=${json({ columns: { id: { field: 'id' }, name: { field: 'name' } } })}`,
      `id,name\n${their.id},x\n`,
      csv,
    ],
    [
      'POST',
      `/records/${own.object}/import?dryRun=true&mapping=${json({ columns: { name: { field: 'name' }, o: { field: 'owner', lookup: { by: 'email' } } } })}`,
      `name,o\nx,${their.email}\n`,
      csv,
    ],
  ],
  exportRecords: (their, own) => [
    ['GET', `/records/${their.object}/export`],
    ['GET', `/records/${own.object}/export?fields=${their.field}`],
    ['GET', `/records/${own.object}/export?fields=id,name&filter=${json(is('id', their.id))}`],
    ['GET', `/records/user/export?fields=id,email&format=ndjson&filter=${json(is('email', their.email))}`],
  ],
  getImport: (their) => [['GET', `/imports/${their.importId}`]],
  getImportRejects: (their) => [['GET', `/imports/${their.importId}/rejects.csv`]],
  search: (their) => [
    ['GET', `/search?q=${their.word}`],
    ['GET', `/search?q=${encodeURIComponent(their.email)}`],
    ['GET', `/search?q=a&objects=${their.object}`],
  ],
  ...metadataAttempts,
  listSessions: (their) => [['GET', `/auth/sessions?user=${their.user}`]],
  revokeOtherSessions: (their) => [['DELETE', `/auth/sessions?user=${their.user}`]],
  revokeSession: (their) => [['DELETE', `/auth/sessions/${their.session}`]],
  getSecondFactor: (their) => [['GET', '/auth/second-factor', undefined, { 'X-Tenant': their.tenant }]],
  enrolSecondFactor: (their) => [['POST', `/auth/second-factor?user=${their.user}`]],
  confirmSecondFactor: () => [['POST', '/auth/second-factor/confirm', { code: '000000' }]],
  removeSecondFactor: () => [['POST', '/auth/second-factor/remove', { code: '000000' }]],
  listApiKeys: (their) => [['GET', `/api-keys?user=${their.user}`]],
  createApiKey: (their) => [
    ['POST', '/api-keys', { name: 'x', user: their.user, permissionSets: ['basics'], expiresAt: '2090-01-01T00:00:00Z' }],
  ],
  revokeApiKey: (their) => [['DELETE', `/api-keys/${their.apiKey}`]],
  giveResetToken: (their) => [['POST', `/users/${their.user}/reset-token`]],
  setUserPassword: (their) => [['PUT', `/users/${their.user}/password`, { password: 'Correct-Horse-7-Battery' }]],
  removeUserSecondFactor: (their) => [['DELETE', `/users/${their.user}/second-factor`]],
  deactivateUser: (their, own) => [
    ['POST', `/users/${their.user}/deactivate`, {}],
    ['POST', `/users/${own.id}/deactivate`, { handOverTo: their.user }],
  ],
  changePassword: (their, own) => [
    ['POST', '/auth/password', { tenant: own.tenant, email: their.email, password: 'x', newPassword: 'Correct-Horse-8-Battery' }],
  ],
  askPasswordReset: (their, own) => [['POST', '/auth/reset', { tenant: own.tenant, email: their.email }]],
  resetPassword: (their, own) => [
    ['POST', '/auth/reset/confirm', { token: `${own.tenant}.${their.refreshSecret}`, password: 'Correct-Horse-8-Battery' }],
  ],
  enrolAtLogIn: (their, own) => [['POST', '/auth/second-factor/enrol', { tenant: own.tenant, email: their.email, password: 'x' }]],
  impersonate: (their) => [['POST', '/auth/impersonate', { user: their.user }]],
  getStages: (their, own) => records(their, own, their.id, '/stages').map((path): Attempt => ['GET', path]),
  matchRecords: (their, own) => [
    ['POST', `/matching/${their.object}`, { records: [{ values: {} }] }],
    ['POST', `/matching/${own.object}`, { object: their.object, records: [{ id: their.id }] }],
  ],
  findDuplicates: (their, own) => [
    ['POST', `/records/${their.object}/duplicates`, { records: [{ id: their.id }] }],
    ['POST', `/records/${own.object}/duplicates`, { records: [{ id: their.id }] }],
  ],
  mergeRecords: (their, own) => [
    ...records(their, own, their.id, '/merge').map((path): Attempt => ['POST', path, { others: [{ id: own.id }] }]),
    ['POST', `/records/${own.object}/${own.id}/merge`, { others: [{ id: their.id }] }],
    ['POST', `/records/${own.object}/${own.id}/merge`, { others: [{ id: their.id }], fields: { name: their.id } }],
  ],
  claimRecord: (their, own) => records(their, own, their.id, '/claim').map((path): Attempt => ['POST', path, {}]),
  returnRecord: (their, own) => records(their, own, their.id, '/return').map((path): Attempt => ['POST', path, {}]),
  assignRecord: (their, own) => records(their, own, their.id, '/assign').map((path): Attempt => ['POST', path, { to: their.user }]),
  transferRecord: (their, own) => records(their, own, their.id, '/transfer').map((path): Attempt => ['POST', path, { to: their.user }]),
  convertRecord: (their, own) => records(their, own, their.id, '/convert/any').map((path): Attempt => ['POST', path, {}]),
  undoMerge: (their, own) => records(their, own, their.id, `/merge/${their.share}/undo`).map((path): Attempt => ['POST', path]),
  explainAccess: (their, own) => [
    ...records(their, own, their.id, '/access').map((path): Attempt => ['GET', path]),
    ['GET', `/records/${own.object}/${own.id}/access?user=${their.user}`],
  ],
  listShares: (their, own) => records(their, own, their.id, '/shares').map((path): Attempt => ['GET', path]),
  shareRecord: (their, own) => [
    ...records(their, own, their.id, '/shares').map((path): Attempt => ['POST', path, { shares: [{ to: { role: 'administrator' } }] }]),
    ['POST', `/records/${own.object}/${own.id}/shares`, { shares: [{ to: { user: their.user } }] }],
    ['POST', `/records/${own.object}/${own.id}/shares`, { shares: [{ to: { department: their.id, below: true } }] }],
  ],
  unshareRecord: (their, own) => [
    ...records(their, own, their.id, `/shares/${their.share}`).map((path): Attempt => ['DELETE', path]),
    ['DELETE', `/records/${own.object}/${own.id}/shares/${their.share}`],
  ],
  listAudit: (their) => [
    ['GET', `/audit?recordId=${their.id}`],
    ['GET', `/audit?actor=${their.user}&first=5`],
    ['GET', `/audit?object=${their.object}`],
  ],
  explainQuery: (their, own) => [
    ...records(their, own, their.id, '/history').map((path): Attempt => ['POST', '/explain', { rest: `/api/v1${path}` }]),
    ['POST', '/explain', { rest: `/api/v1/records/${own.object}?fields=${their.field}`, user: their.user, analyze: true }],
  ],
  ...automationAttempts,
  ...approvalAttempts,
  readNotifications: (their) => [['POST', `/notifications/read?receiver=${their.user}`]],
  listJobs: (their) => [
    ['GET', '/jobs'],
    ['GET', `/jobs?before=2026-05-01T00:00:00.000Z_${their.effect}`],
  ],
  retryJob: (their) => [
    ['POST', `/jobs/${their.effect}/retry`],
    ['POST', `/jobs/${their.deadJob}/retry`],
  ],
  deleteJob: (their) => [
    ['DELETE', `/jobs/${their.effect}`],
    ['DELETE', `/jobs/${their.deadJob}`],
  ],
  listSignInProviders: (their) => [['GET', `/auth/oidc?tenant=${their.object}`]],
  beginProviderLogIn: (their, own) => [['GET', `/auth/oidc/${own.tenant}/${their.object}`]],
  endProviderLogIn: (their, own) => [['GET', `/auth/oidc/callback?state=${own.tenant}.${their.refreshSecret}&code=x`]],
  exchangeProviderCode: (their, own) => [['POST', '/auth/oidc/token', { code: `${own.tenant}.${their.refreshSecret}` }]],
  listIdentityProviders: (their) => [['GET', '/auth/providers', undefined, { 'X-Tenant': their.tenant }]],
  putIdentityProvider: (their) => [
    ['PUT', `/auth/providers/${their.object}`, { issuer: `https://${their.tenant}.example`, clientId: 'x', clientSecret: '' }],
  ],
  removeIdentityProvider: (their) => [['DELETE', `/auth/providers/${their.object}`]],
  uploadFile: (their) => [['POST', `/files?name=x.txt&owner=${their.user}`, 'x', { 'Content-Type': 'text/plain' }]],
  getFile: (their) => [['GET', `/files/${their.fileId}`]],
  linkFile: (their) => [['POST', `/files/${their.fileId}/link`]],
  downloadFile: (their, own) => [
    ['GET', `/files/${their.fileId}/content`],
    ['GET', `/files/${their.fileId}/content?token=${own.tenant}.${their.fileId}.99999999999999.x`],
  ],
};
