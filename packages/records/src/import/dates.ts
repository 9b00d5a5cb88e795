// Dates as a file writes them (`M/D/YYYY`, `DD.MM.YYYY HH:mm`) in the form that fields take.

/** Two-digit years from here on belong to the last century (POSIX). */
const pivot = 69;

const tokens: Readonly<Record<string, string>> = {
  YYYY: String.raw`(?<year>\d{4})`,
  YY: String.raw`(?<shortYear>\d{2})`,
  MM: String.raw`(?<month>\d{2})`,
  M: String.raw`(?<month>\d{1,2})`,
  DD: String.raw`(?<day>\d{2})`,
  D: String.raw`(?<day>\d{1,2})`,
  HH: String.raw`(?<hour>\d{2})`,
  H: String.raw`(?<hour>\d{1,2})`,
  mm: String.raw`(?<minute>\d{2})`,
  ss: String.raw`(?<second>\d{2})`,
};

export type DateForm = 'date' | 'datetime' | 'time';

/** The text for a field of the form, or undefined where the given one is not written so or means no day or time that exists. */
export type DateReader = (text: string) => string | undefined;

/** What an instant reads on the clocks of a zone, as milliseconds of UTC. */
function wallClock(format: Intl.DateTimeFormat, instant: number): number {
  const parts = Object.fromEntries(format.formatToParts(instant).map((part) => [part.type, Number(part.value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The instant at which the clocks of a zone show a time; after a gap, as much later as the gap is long. */
function instantAt(format: Intl.DateTimeFormat, local: number): number {
  const guess = local - (wallClock(format, local) - local);
  return guess - (wallClock(format, guess) - local);
}

/**
 * A reader for one format and one kind of field; undefined where the format lacks what the field needs.
 * @param zone the IANA zone that the file's times are in
 */
export function dateReader(format: string, form: DateForm, zone: string): DateReader | undefined {
  const names: readonly string[] = format.match(/YYYY|YY|MM|M|DD|D|HH|H|mm|ss/g) ?? [];
  const has = (...any: readonly string[]): boolean => any.filter((name) => names.includes(name)).length === 1;
  const day = has('YYYY', 'YY') && has('MM', 'M') && has('DD', 'D');
  if (form === 'time' ? !has('HH', 'H') || !has('mm') : !day) return undefined;
  if (new Set(names.map((name) => name.slice(0, 1))).size !== names.length) return undefined;
  const source = format.replaceAll(/YYYY|YY|MM|M|DD|D|HH|H|mm|ss|[.]/g, (token) => tokens[token] ?? String.raw`\.`);
  const pattern = new RegExp(`^${source}$`, 'u');
  const clocks = new Intl.DateTimeFormat('en-u-hc-h23', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (text) => {
    const groups = pattern.exec(text)?.groups;
    return groups === undefined ? undefined : written(groups, form, clocks);
  };
}

function written(groups: Readonly<Record<string, string>>, form: DateForm, clocks: Intl.DateTimeFormat): string | undefined {
  const { shortYear, month = '', day = '', hour = '00', minute = '00', second = '00' } = groups;
  const pad = (text: string): string => text.padStart(2, '0');
  const time = `${pad(hour)}:${minute}:${second}`;
  const year = groups['year'] ?? `${Number(shortYear) < pivot ? '20' : '19'}${shortYear ?? ''}`;
  const date = form === 'time' ? '1970-01-01' : `${year}-${pad(month)}-${pad(day)}`;
  const local = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(local) || new Date(local).toISOString() !== `${date}T${time}.000Z`) return undefined;
  if (form === 'datetime') return new Date(instantAt(clocks, local)).toISOString();
  return form === 'date' ? date : time;
}
