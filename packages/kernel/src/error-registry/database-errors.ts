// Errors: the database beneath.
import type { Entries } from './entry.ts';

export const databaseErrors = {
  // database
  DATABASE_UNAVAILABLE: { status: 503, message: 'The database cannot be reached or has dropped the connection. Try again in a moment.' },
  DATABASE_UNREACHABLE: { status: 503, message: 'The database cannot be opened: {reason}. Check DATABASE_URL.' },
  DATABASE_TOO_OLD: { status: 503, message: 'The server is PostgreSQL {version}; PostgreSQL {oldest} or newer is needed.' },
  DATABASE_TOO_NEW: {
    status: 503,
    message: 'The database has been migrated by a newer version, which this one does not know: {migrations}. Update this node.',
  },
  DATABASE_ENCODING: { status: 503, message: "The database's encoding is {encoding}. Create it with encoding UTF8." },
  DATABASE_ROLES_MISSING: {
    status: 503,
    message:
      'The roles {prefix}_owner, {prefix}_server and {prefix}_tenants of this database are not on this server. Connect once as a user who may create roles.',
  },
  POOL_EXHAUSTED: { status: 503, message: 'No connection to the database became free within {limit} ms. Try again in a moment.' },
  QUERY_TIMEOUT: { status: 503, message: 'The database took too long over this request. Ask for less at once, or narrow the filter.' },
  REQUEST_CANCELLED: { status: 499, message: 'The request was given up before it was answered.' },
  TENANT_EXISTS: { status: 409, message: 'There is a tenant {name} already.' },
  TENANT_NOT_FOUND: { status: 404, message: 'There is no tenant {name}.' },
  TENANT_NAME_INVALID: { status: 422, message: 'A tenant cannot be called {name}: {reason}.' },
  TENANT_HAS_SANDBOXES: { status: 409, message: 'The tenant {name} has sandboxes: {sandboxes}. Delete them first.' },
  SANDBOX_NAME_INVALID: { status: 422, message: 'A sandbox cannot be called {name}: {reason}.' },
  SANDBOX_EXISTS: { status: 409, message: 'The tenant {tenant} has a sandbox {name} already. Refresh it, or give this one another name.' },
  SANDBOX_NOT_FOUND: { status: 404, message: 'The tenant {tenant} has no sandbox {name}. {known}' },
  SANDBOX_LIMIT: { status: 409, message: 'The tenant {tenant} has {limit} sandboxes, and no more are allowed. Delete one first.' },
  SANDBOX_OF_SANDBOX: { status: 409, message: '{tenant} is a sandbox itself: it has none, and is promoted from its own tenant.' },
  SANDBOX_BUSY: { status: 409, message: 'The sandbox {name} is being copied. Wait until it is ready.' },
  SANDBOX_NOT_READY: { status: 409, message: 'The sandbox {name} was not copied to the end. Refresh or delete it.' },
  TENANT_BUSY: { status: 503, message: 'Another change of tenant {tenant} holds what this one needs. Try again in a moment.' },
  TENANT_SYSTEM_VERSION: {
    status: 503,
    message:
      "Tenant {tenant}'s system tables have version {version}; this node works with {expected}. Run tessera migrate, or update this node.",
  },
  // start
  CONFIGURATION_INVALID: { status: 500, message: 'The configuration has {count} mistake(s). See --help.' },
  SETTING_INVALID: { status: 500, message: '{name}={value}: {reason}' },
  LISTEN_FAILED: { status: 500, message: 'Cannot listen on {host}:{port}: {reason}' },
  // embedded database
  DATA_DIR_IN_USE: {
    status: 503,
    message:
      'The data folder {dataDir} is in use by process {pid} on {host}, since {since}. Stop that one first, or set DATA_DIR to another folder.',
  },
  DATA_DIR_UNUSABLE: { status: 503, message: 'The data folder {dataDir} cannot be used: {reason} {remedy}' },
  EMBEDDED_UNSUPPORTED: {
    status: 503,
    message:
      'There is no embedded PostgreSQL for {platform} here. Set DATABASE_URL to a PostgreSQL server, 15 or newer; on a platform that has one, run npm install without --omit=optional.',
  },
  EMBEDDED_FAILED: { status: 503, message: 'The embedded PostgreSQL did not {action}: {reason}\n{log}' },
  // changes of tables
  MODEL_TOO_MANY_COLUMNS: {
    status: 422,
    message: '{object}: {count} fields of varying length; a record holds at most {limit}. Move some to an object of their own.',
  },
  CHANGE_TYPE_IMPOSSIBLE: {
    status: 422,
    message:
      '{object}.{field}: values of type {from} cannot become {to}. Give the field a new name; the old one is set aside with its data.',
  },
  DDL_REFUSED: { status: 422, message: 'The change of the tables is refused: {count} problems.' },
} as const satisfies Entries;
