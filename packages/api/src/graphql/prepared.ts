// A Model's schema and the documents that were checked against it, kept while they are used.
import { createHash } from 'node:crypto';
import { BoundedCache, fail } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import {
  GraphQLError,
  Kind,
  Lexer,
  parse,
  Source,
  TokenKind,
  validate,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { plannableOperation, type PlannableOperation } from './document/late-variables.ts';
import { bestLanguage } from './label-text.ts';
import type { GraphqlLimits } from './limits.ts';
import { buildGraphqlSchema } from './schema/build.ts';
import { bytesOfSchema, LazySchema } from './schema/lazy.ts';
import { executableRules } from './schema/rules.ts';

export class CheckedDocument {
  readonly document: DocumentNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Tells the document and the limits under which it is translated from all others. */
  readonly #digest: string;
  readonly #plannable = new Map<OperationDefinitionNode, PlannableOperation | undefined>();

  constructor(text: string, document: DocumentNode, limits: GraphqlLimits) {
    const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
    this.document = document;
    this.fragments = Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
    this.#digest = createHash('sha256')
      .update(JSON.stringify([limits, text]))
      .digest('base64url');
  }

  /** How values of an operation are taken out of it; undefined where its reads are not to be kept. */
  plannable(schema: GraphQLSchema, operation: OperationDefinitionNode): PlannableOperation | undefined {
    if (!this.#plannable.has(operation)) {
      const key = `${this.#digest} ${operation.name?.value ?? ''}`;
      this.#plannable.set(operation, plannableOperation({ schema, operation, fragments: Object.values(this.fragments), key }));
    }
    return this.#plannable.get(operation);
  }
}

/** What is wrong with a document: its syntax, or what it asks of the schema. */
export interface RefusedDocument {
  readonly code: 'GRAPHQL_SYNTAX' | 'GRAPHQL_INVALID';
  readonly errors: readonly GraphQLError[];
}

/** Brackets within brackets, of selections and of values; parser and validator go down as deep on the stack. */
const deepestBrackets = 100;
const steps: Readonly<Partial<Record<TokenKind, number>>> = {
  [TokenKind.BRACE_L]: 1,
  [TokenKind.BRACKET_L]: 1,
  [TokenKind.PAREN_L]: 1,
  [TokenKind.BRACE_R]: -1,
  [TokenKind.BRACKET_R]: -1,
  [TokenKind.PAREN_R]: -1,
};

/** At most so many mistakes of a document are told. */
const mostErrors = 20;

/** Characters of documents that are kept for a schema, and what each takes, parsed. */
const [keptCharacters, bytesOfCharacter] = [400_000, 50];

/** Comparing fields of one response name takes the square of their number, so they are counted before validation does it. */
function checkRepeats(document: DocumentNode, limit: number): void {
  visit(document, {
    SelectionSet: ({ selections }) => {
      const counts = new Map<string, number>();
      for (const selection of selections) {
        const name = selection.kind === Kind.FIELD ? (selection.alias ?? selection.name).value : `...${selection.kind}`;
        const count = (counts.get(name) ?? 0) + 1;
        counts.set(name, count);
        if (count > limit) throw fail('GRAPHQL_TOO_LARGE', { what: 'selections of one name', limit });
      }
    },
  });
}

/** @throws GRAPHQL_TOO_LARGE, and a GraphQLError where the text has no words */
function checkBrackets(text: string): void {
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    depth += steps[token.kind] ?? 0;
    if (depth > deepestBrackets) throw fail('GRAPHQL_TOO_LARGE', { what: 'brackets within brackets', limit: deepestBrackets });
  }
}

function parseWithin(text: string, limits: GraphqlLimits): DocumentNode {
  if (text.length > limits.characters) throw fail('GRAPHQL_TOO_LARGE', { what: 'characters', limit: limits.characters });
  try {
    checkBrackets(text);
    return parse(text, { maxTokens: limits.tokens });
  } catch (error) {
    if (error instanceof GraphQLError && error.message.includes(`more that ${String(limits.tokens)} tokens`)) {
      throw fail('GRAPHQL_TOO_LARGE', { what: 'words and signs', limit: limits.tokens }, {}, error);
    }
    throw error;
  }
}

export class PreparedSchema {
  readonly model: Model;
  readonly schema: LazySchema;
  readonly #limits: GraphqlLimits;
  /** What is known of a document holds on to types, so it goes with the schema. */
  readonly #documents = new BoundedCache<string, CheckedDocument | RefusedDocument>(keptCharacters);

  constructor(model: Model, schema: LazySchema, limits: GraphqlLimits) {
    this.model = model;
    this.schema = schema;
    this.#limits = limits;
  }

  /** About how many bytes it takes by now. */
  get bytes(): number {
    return this.schema.bytes + bytesOfCharacter * this.#documents.weight;
  }

  /** The document, parsed and validated. @throws GRAPHQL_TOO_LARGE */
  document(text: string): CheckedDocument | RefusedDocument {
    const known = this.#documents.get(text);
    if (known !== undefined) return known;
    const checked = this.#check(text);
    this.#documents.set(text, checked, text.length);
    return checked;
  }

  #check(text: string): CheckedDocument | RefusedDocument {
    let document: DocumentNode;
    try {
      document = parseWithin(text, this.#limits);
    } catch (error) {
      if (error instanceof GraphQLError) return { code: 'GRAPHQL_SYNTAX', errors: [error] };
      throw error;
    }
    checkRepeats(document, this.#limits.repeats);
    const errors = validate(this.schema, document, executableRules, { maxErrors: mostErrors, hideSuggestions: true });
    if (errors.length > 0) return { code: 'GRAPHQL_INVALID', errors };
    return new CheckedDocument(text, document, this.#limits);
  }
}

/** Schemas by Model (as a caller sees it) and language; callers with the same permissions share one, over all tenants whose Models are equal. */
export class PreparedSchemas {
  readonly #limits: GraphqlLimits;
  readonly #schemas: BoundedCache<string, PreparedSchema>;
  /** With all their types, for introspection. */
  readonly #whole: BoundedCache<string, GraphQLSchema>;

  /** @param bytes that the schemas may take together, with their documents */
  constructor(limits: GraphqlLimits, bytes: number) {
    this.#limits = limits;
    this.#schemas = new BoundedCache(bytes / 2);
    this.#whole = new BoundedCache(bytes / 2);
  }

  of(model: Model, languages: readonly string[]): PreparedSchema {
    const language = bestLanguage(languages, model.settings.languages);
    const key = `${model.hash} ${language}`;
    const prepared = this.#schemas.get(key) ?? this.#made(model, language, key);
    // It grows with what documents ask for.
    this.#schemas.set(key, prepared, prepared.bytes);
    return prepared;
  }

  #made(model: Model, language: string, key: string): PreparedSchema {
    const whole = (): GraphQLSchema => {
      const schema = this.#whole.get(key) ?? buildGraphqlSchema(model, [language]);
      this.#whole.set(key, schema, bytesOfSchema(schema));
      return schema;
    };
    return new PreparedSchema(model, new LazySchema(model, [language], whole), this.#limits);
  }
}
