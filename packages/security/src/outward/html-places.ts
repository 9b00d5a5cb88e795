// Where in HTML a value stands: a small state machine over the literal parts (after the tokenizer of the HTML standard), which is strict
// where the standard is lenient. What it does not follow, it refuses values in.
import { addressParts } from './escapes.ts';
import type { Place, RefusedPlace } from './place.ts';

type State =
  | 'text'
  | 'tagOpen'
  | 'tagName'
  | 'inTag'
  | 'attributeName'
  | 'afterName'
  | 'beforeValue'
  | 'doubleQuoted'
  | 'singleQuoted'
  | 'unquoted'
  | 'comment'
  | 'declaration'
  | 'raw';

/** Elements whose content browsers do not read as HTML, or that a value in them would control. */
const rawElements: ReadonlySet<string> = new Set([
  'script',
  'style',
  'xmp',
  'iframe',
  'noembed',
  'noframes',
  'noscript',
  'plaintext',
  'template',
  'textarea',
  'title',
]);
/** Within these only entities are read. A value in them is text. */
const escapable: ReadonlySet<string> = new Set(['textarea', 'title']);
/** Elements with rules of their own for what is in them. */
const foreign: ReadonlySet<string> = new Set(['svg', 'math']);
/** Elements that load and run what an attribute of theirs names. */
const loaders: ReadonlySet<string> = new Set([
  'script',
  'iframe',
  'frame',
  'object',
  'embed',
  'applet',
  'base',
  'link',
  'meta',
  'param',
  'portal',
]);
const addresses: ReadonlySet<string> = new Set(['href', 'src', 'action', 'formaction', 'cite', 'background', 'poster', 'longdesc', 'data']);
/** Attributes that hold code, styles, HTML, or several addresses. */
const dangerous =
  /^(?:on.*|style|srcdoc|srcset|imagesrcset|ping|archive|codebase|classid|dynsrc|lowsrc|manifest|xmlns.*|.*:.*|http-equiv|target|rel|is|integrity|nonce)$/;

function refused(where: string, remedy = 'Move it into the text, or into an attribute in quotes.'): RefusedPlace {
  return { kind: 'refused', where, remedy };
}

const refusals: Readonly<Partial<Record<State, Place>>> = {
  tagOpen: refused('in the name of a tag'),
  tagName: refused('in the name of a tag'),
  inTag: refused('among the attributes of a tag'),
  attributeName: refused('in the name of an attribute'),
  afterName: refused('among the attributes of a tag'),
  beforeValue: refused('in an attribute without quotes', 'Put the attribute’s value in quotes.'),
  unquoted: refused('in an attribute without quotes', 'Put the attribute’s value in quotes.'),
  comment: refused('in a comment'),
  declaration: refused('in a declaration'),
};

const space = /[\t\n\f\r ]/;

class Scanner {
  #state: State = 'text';
  #tag = '';
  #closing = false;
  #attribute = '';
  /** The attribute's value so far, values put in as `x`. */
  #value = '';
  /** The element whose end is waited for, in `raw`. */
  #raw = '';
  #recent = '';
  /** What has come since `<!`, as far as it may matter. */
  #declared = '';
  /** Set once values can no longer be placed for sure. */
  #lost: RefusedPlace | undefined;

  /** Reads literal text. */
  read(text: string): void {
    for (const char of text) this.#step(char);
  }

  /** The place of a value here; the machine goes on as behind a harmless character. */
  place(): Place {
    const place = this.#placeHere();
    if (this.#state === 'doubleQuoted' || this.#state === 'singleQuoted') this.#value += 'x';
    else this.#step('x');
    return place;
  }

  #placeHere(): Place {
    if (this.#lost !== undefined) return this.#lost;
    if (this.#state === 'text') return { kind: 'text' };
    if (this.#state === 'raw') return escapable.has(this.#raw) ? { kind: 'text' } : refused(`in <${this.#raw}>`);
    return refusals[this.#state] ?? this.#attributePlace();
  }

  #attributePlace(): Place {
    if (dangerous.test(this.#attribute)) return refused(`in the attribute ${this.#attribute}`);
    if (loaders.has(this.#tag)) return refused(`in an attribute of <${this.#tag}>`, 'Write the attribute out.');
    if (!addresses.has(this.#attribute)) return { kind: 'attribute' };
    // An entity in scheme or host could be anything, a colon for instance; behind them it does no harm.
    const [plain = '', ...entities] = this.#value.split('&');
    const place = addressParts.place(plain, true);
    return entities.length > 0 && place.kind === 'wholeAddress' ? refused('behind an entity in an address') : place;
  }

  #step(char: string): void {
    this.#recent = (this.#recent + char).slice(-16).toLowerCase();
    this.#state = this.#next(char);
  }

  #next(char: string): State {
    switch (this.#state) {
      case 'text':
        return char === '<' ? 'tagOpen' : 'text';
      case 'tagOpen':
        return this.#openTag(char);
      case 'tagName':
        return this.#nameTag(char);
      case 'comment':
        return this.#endComment(char);
      case 'declaration':
        this.#declared += char;
        if (char === '>') return 'text';
        return this.#declared === '--' ? 'comment' : 'declaration';
      case 'raw':
        return this.#endRaw(char);
      default:
        return this.#inAttributes(char);
    }
  }

  #openTag(char: string): State {
    if (char === '/') {
      this.#closing = true;
      return 'tagOpen';
    }
    if (/[a-z]/i.test(char)) {
      this.#tag = char.toLowerCase();
      this.#closing = this.#recent.endsWith(`</${this.#tag}`);
      return 'tagName';
    }
    this.#declared = char === '!' ? '' : char;
    if (char === '!' || char === '?') return 'declaration';
    if (char === '<') return 'tagOpen';
    // `</` before anything but a letter begins what browsers skip up to the next `>`.
    if (this.#recent.at(-2) === '/') return char === '>' ? 'text' : 'declaration';
    return 'text';
  }

  /** `<!-->` and `<!--->` are whole comments. */
  #endComment(char: string): State {
    const comment = this.#declared.slice(2);
    this.#declared = `--${(comment + char).slice(-4)}`;
    return char === '>' && /^-?$|--!?$/.test(comment) ? 'text' : 'comment';
  }

  #nameTag(char: string): State {
    if (char === '>') return this.#endTag();
    if (space.test(char) || char === '/') return 'inTag';
    this.#tag += char.toLowerCase();
    return 'tagName';
  }

  #endTag(): State {
    if (this.#closing) return 'text';
    if (foreign.has(this.#tag)) this.#lost ??= refused(`behind <${this.#tag}>`, 'Leave it out: other rules hold in it.');
    if (!rawElements.has(this.#tag)) return 'text';
    this.#raw = this.#tag;
    return 'raw';
  }

  #endRaw(char: string): State {
    if (this.#raw === 'plaintext') return 'raw';
    // From here on </script> may or may not end it.
    if (this.#raw === 'script' && this.#recent.endsWith('<!--'))
      this.#lost ??= refused('behind a script with <!--', 'Leave the script out.');
    const end = `</${this.#raw}`;
    if (!this.#recent.slice(0, -1).endsWith(end) || !/[\t\n\f\r />]/.test(char)) return 'raw';
    this.#tag = this.#raw;
    this.#closing = true;
    return char === '>' ? 'text' : 'inTag';
  }

  #inAttributes(char: string): State {
    switch (this.#state) {
      case 'beforeValue':
        return this.#beginValue(char);
      case 'doubleQuoted':
      case 'singleQuoted':
        if (char === (this.#state === 'doubleQuoted' ? '"' : "'")) return 'inTag';
        this.#value += char;
        return this.#state;
      case 'unquoted':
        if (char === '>') return this.#endTag();
        return space.test(char) ? 'inTag' : 'unquoted';
      case 'attributeName':
      case 'afterName':
        if (char === '=') return 'beforeValue';
        if (space.test(char)) return 'afterName';
        if (char === '>') return this.#endTag();
        if (char === '/') return 'inTag';
        return this.#nameAttribute(char, this.#state === 'attributeName');
      default:
        if (char === '>') return this.#endTag();
        return space.test(char) || char === '/' ? 'inTag' : this.#nameAttribute(char, false);
    }
  }

  #nameAttribute(char: string, goesOn: boolean): State {
    this.#attribute = (goesOn ? this.#attribute : '') + char.toLowerCase();
    return 'attributeName';
  }

  #beginValue(char: string): State {
    this.#value = '';
    if (space.test(char)) return 'beforeValue';
    if (char === '"') return 'doubleQuoted';
    if (char === "'") return 'singleQuoted';
    return char === '>' ? this.#endTag() : 'unquoted';
  }
}

/**
 * The places of the values of a template.
 * @param pieces its literal parts; undefined where a value stands
 */
export function htmlPlaces(pieces: readonly (string | undefined)[]): readonly Place[] {
  const scanner = new Scanner();
  return pieces.flatMap((piece) => {
    if (piece !== undefined) {
      scanner.read(piece);
      return [];
    }
    return [scanner.place()];
  });
}
