// The audit trail: written and read by the tenant, shortened by the owner of its tables only.
export { appendAudit, auditPage, purgeAudit, type AuditEntry, type AuditQuery, type NewAuditEntry } from './audit.ts';
export { auditEntry, callerOrigin, requestOrigin, type AuditOrigin } from './origin.ts';
