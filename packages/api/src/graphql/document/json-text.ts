// JSON text put together and taken apart without parsing it: what PostgreSQL made goes out digit for digit.

/** `{"name":…}` of members whose values are JSON text. */
export function objectText(members: readonly (readonly [name: string, text: string])[]): string {
  return `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

/** The end of the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '"') return i;
  }
  throw new TypeError('This is no JSON text.');
}

/** The end of the value that begins at `start`: of the comma or brace behind it. */
function valueEnd(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i += 1) {
    const char = text[i];
    if (char === '"') i = stringEnd(text, i);
    else if (char === '{' || char === '[') depth += 1;
    else if (depth > 0 && (char === '}' || char === ']')) depth -= 1;
    else if (depth === 0 && (char === ',' || char === '}')) return i;
  }
  throw new TypeError('This is no JSON text.');
}

/** The text of each member of an object, by name. The text has no blanks between its parts or any number of them. */
export function memberTexts(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  let at = text.indexOf('{') + 1;
  for (;;) {
    const start = text.indexOf('"', at);
    if (start === -1 || text.slice(at, start).includes('}')) return members;
    const nameEnd = stringEnd(text, start);
    const valueStart = text.indexOf(':', nameEnd) + 1;
    const end = valueEnd(text, valueStart);
    members.set(JSON.parse(text.slice(start, nameEnd + 1)) as string, text.slice(valueStart, end).trim());
    at = end + 1;
    if (text[end] === '}') return members;
  }
}
