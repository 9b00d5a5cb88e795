// CSV text (RFC 4180) in which no cell is a formula to a spreadsheet, and from which every text can be had back.

/**
 * What spreadsheets may take for the start of a formula (OWASP, CSV Injection): the signs in all their widths, tab and line ends; also
 * behind what some of them drop (blanks, quotes, marks that are not seen, a byte order mark), and behind any number of apostrophes:
 * those that a text has of its own must be told from ours.
 */
const formulaStart = /^(?:'*[\t\r\n]|['"\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠﹦﹢﹣﹫−])/u;
const negativeNumber = /^-\d+(?:\.\d+)?$/;

/** Puts an apostrophe before what might be a formula; spreadsheets show the rest as text. A negative number stays one. */
export function escapeFormula(text: string): string {
  return formulaStart.test(text) && !negativeNumber.test(text) ? `'${text}` : text;
}

/** Takes back what `escapeFormula` did: `unescapeFormula(escapeFormula(text)) === text` for every text. */
export function unescapeFormula(text: string): string {
  return text.startsWith("'") && formulaStart.test(text.slice(1)) ? text.slice(1) : text;
}

/** A line with its end. */
export function csvLine(cells: readonly string[]): string {
  const line = cells.map(cell).join(',');
  // A line of nothing would be read as no line at all.
  return `${line === '' ? '""' : line}\r\n`;
}

function cell(text: string): string {
  const safe = escapeFormula(text);
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
