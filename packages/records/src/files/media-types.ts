// Extensions and the media types that may stand behind them.

/** What content can be recognised as, for the extensions of which we know it; the first is what such a file is called. */
const byExtension: Readonly<Record<string, readonly string[]>> = {
  png: ['image/png', 'image/apng'],
  jpg: ['image/jpeg'],
  jpeg: ['image/jpeg'],
  gif: ['image/gif'],
  webp: ['image/webp'],
  bmp: ['image/bmp'],
  ico: ['image/x-icon'],
  tif: ['image/tiff'],
  tiff: ['image/tiff'],
  heic: ['image/heic', 'image/heif'],
  avif: ['image/avif'],
  psd: ['image/vnd.adobe.photoshop'],
  svg: ['image/svg+xml'],
  pdf: ['application/pdf'],
  zip: ['application/zip'],
  gz: ['application/gzip'],
  '7z': ['application/x-7z-compressed'],
  rar: ['application/x-rar-compressed'],
  docx: ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'application/zip'],
  xlsx: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'application/zip'],
  pptx: ['application/vnd.openxmlformats-officedocument.presentationml.presentation', 'application/zip'],
  odt: ['application/vnd.oasis.opendocument.text', 'application/zip'],
  ods: ['application/vnd.oasis.opendocument.spreadsheet', 'application/zip'],
  odp: ['application/vnd.oasis.opendocument.presentation', 'application/zip'],
  doc: ['application/msword', 'application/x-cfb'],
  xls: ['application/vnd.ms-excel', 'application/x-cfb'],
  ppt: ['application/vnd.ms-powerpoint', 'application/x-cfb'],
  msg: ['application/vnd.ms-outlook', 'application/x-cfb'],
  rtf: ['application/rtf'],
  mp3: ['audio/mpeg'],
  wav: ['audio/wav'],
  ogg: ['audio/ogg', 'video/ogg', 'application/ogg'],
  m4a: ['audio/x-m4a', 'audio/mp4'],
  mp4: ['video/mp4'],
  mov: ['video/quicktime'],
  webm: ['video/webm'],
  csv: ['text/csv', 'text/plain'],
  tsv: ['text/tab-separated-values', 'text/plain'],
  txt: ['text/plain', 'text/html', 'application/xml'],
  log: ['text/plain', 'text/html', 'application/xml'],
  md: ['text/markdown', 'text/plain', 'text/html'],
  json: ['application/json', 'text/plain'],
  ndjson: ['application/x-ndjson', 'text/plain'],
  xml: ['application/xml', 'text/plain', 'text/html'],
  html: ['text/html', 'text/plain', 'application/xml'],
  htm: ['text/html', 'text/plain', 'application/xml'],
  eml: ['message/rfc822', 'text/plain', 'text/html'],
  ics: ['text/calendar', 'text/plain'],
  vcf: ['text/vcard', 'text/plain'],
};

/** Containers that say nothing of what is in them. */
const vague: ReadonlySet<string> = new Set(['application/zip', 'application/x-cfb', 'text/plain', 'text/html', 'application/xml']);

/**
 * The type of a file by its content (as it was recognised) and its extension; undefined where the two contradict each other. Content rules:
 * the extension only says more where the content says little.
 */
export function agreedType(recognised: string, extension: string): string | undefined {
  const expected = Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
  if (expected === undefined) return recognised;
  const [name] = expected;
  if (!expected.includes(recognised)) return undefined;
  return vague.has(recognised) ? name : recognised;
}
