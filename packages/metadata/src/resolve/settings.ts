// What holds for a whole tenant, with the defaults of what is left out.
import { isZone } from '@tessera/rules';
import type { SettingsSource } from '../effective.ts';
import type { SettingsModel } from '../model.ts';
import type { Report } from './report.ts';

export function resolveSettings(source: SettingsSource, report: Report): SettingsModel {
  const { languages = ['en'], timeZone = 'UTC', currency = 'USD', currencies = [], passwords = {} } = source;
  if (!isZone(timeZone))
    report.add('/timeZone', 'METADATA_REFERENCE_UNFIT', {
      reason: `${timeZone} is no time zone of the IANA. Write it as in Asia/Shanghai.`,
    });
  return {
    languages,
    timeZone,
    currency,
    currencies: [...new Set([currency, ...currencies])],
    departmentHeads: source.departmentHeads ?? 'withBelow',
    passwords: {
      minLength: passwords.minLength ?? 12,
      minKinds: passwords.minKinds ?? 1,
      remember: passwords.remember ?? 5,
      maxAgeDays: passwords.maxAgeDays,
    },
    secondFactor: source.secondFactor ?? 'optional',
    impersonation: source.impersonation ?? false,
    auditDays: source.auditDays ?? 730,
  };
}
