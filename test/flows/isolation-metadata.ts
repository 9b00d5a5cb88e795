// Requests about metadata, packs and versions of one tenant that name what is another's.
import type { Attempt } from './isolation-routes.ts';
import type { Names } from './isolation-scene.ts';

const extension = (their: Names): unknown => ({
  files: { 'extensions/x.json': { extends: their.object, fields: { x__c: { type: 'text', label: { en: 'X' } } } } },
});

const reference = (their: Names): unknown => ({
  files: {
    'objects/x__c.json': {
      name: 'x__c',
      plural: 'xs__c',
      label: { en: 'X' },
      fields: { to: { type: 'lookup', to: their.object, label: { en: 'To' } } },
    },
  },
});

const parameterFile = { 'parameters/other__c.json': { name: 'other__c', label: { en: 'Other' }, type: 'number', value: 1 } };

const packOf = (their: Names): { readonly files: unknown } => ({
  files: {
    'pack.json': { name: 'x', namespace: 'x', version: '1.0.0', label: { en: 'X' } },
    'extensions/x.json': { extends: their.object, fields: { x__x: { type: 'text', label: { en: 'X' } } } },
  },
});

export const metadataAttempts = {
  listMetadata: (their: Names): readonly Attempt[] => [
    ['GET', `/metadata/${their.object}`],
    ['GET', `/metadata/${their.tenant}`],
  ],
  getMetadata: (their: Names): readonly Attempt[] => [
    ['GET', `/metadata/object/${their.object}`],
    ['GET', `/metadata/layout/${their.layout}`],
    ['GET', `/metadata/${their.tenant}/${their.object}`],
  ],
  planMetadata: (their: Names): readonly Attempt[] => [
    ['POST', '/metadata/plan', extension(their)],
    ['POST', '/metadata/plan', reference(their)],
  ],
  applyMetadata: (their: Names): readonly Attempt[] => [
    ['POST', '/metadata/apply', extension(their)],
    ['POST', '/metadata/apply', reference(their)],
    ['POST', '/metadata/apply', { files: parameterFile, planHash: their.planHash }],
  ],
  listMetadataVersions: (their: Names): readonly Attempt[] => [['GET', '/metadata/versions', undefined, { 'X-Tenant': their.tenant }]],
  getMetadataVersion: (their: Names): readonly Attempt[] => [
    ['GET', `/metadata/versions/${their.version}`, undefined, { 'X-Tenant': their.tenant }],
  ],
  rollBackMetadata: (their: Names): readonly Attempt[] => [['POST', '/metadata/rollback', { version: Number(their.version) }]],
  planRollback: (their: Names): readonly Attempt[] => [['POST', '/metadata/rollback/plan', { version: Number(their.version) }]],
  listPacks: (their: Names): readonly Attempt[] => [['GET', '/packs', undefined, { 'X-Tenant': their.tenant }]],
  planPack: (their: Names): readonly Attempt[] => [
    ['POST', '/packs/plan', packOf(their)],
    ['POST', '/packs/plan', { uninstall: their.object }],
  ],
  applyPack: (their: Names): readonly Attempt[] => [
    ['POST', '/packs/apply', packOf(their)],
    ['POST', '/packs/apply', { ...packOf(their), planHash: their.planHash }],
  ],
  exportPack: (their: Names): readonly Attempt[] => [
    ['POST', '/packs/export', { name: 'x', namespace: 'x' }, { 'X-Tenant': their.tenant }],
  ],
  listSandboxes: (their: Names): readonly Attempt[] => [['GET', '/sandboxes', undefined, { 'X-Tenant': their.tenant }]],
  createSandbox: (their: Names): readonly Attempt[] => [
    ['POST', '/sandboxes', { name: 'mine', data: 'all', logins: [{ email: their.email, password: 'Correct-Horse-7-Battery' }] }],
    ['POST', '/sandboxes', { name: their.tenant, data: 'none', logins: [] }],
  ],
  getSandbox: (their: Names): readonly Attempt[] => [
    ['GET', `/sandboxes/${their.tenant}`],
    ['GET', `/sandboxes/${their.tenant}__test`],
  ],
  refreshSandbox: (their: Names): readonly Attempt[] => [['POST', `/sandboxes/${their.tenant}/refresh`, { data: 'none' }]],
  deleteSandbox: (their: Names): readonly Attempt[] => [['DELETE', `/sandboxes/${their.tenant}`]],
  planPromotion: (their: Names): readonly Attempt[] => [['POST', `/sandboxes/${their.tenant}/promotion/plan`, {}]],
  promoteSandbox: (their: Names): readonly Attempt[] => [['POST', `/sandboxes/${their.tenant}/promotion`, { planHash: their.planHash }]],
};
