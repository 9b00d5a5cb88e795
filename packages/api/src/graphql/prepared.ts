// A Model's schema and the documents that were checked against it, kept while they are used.
import { fail } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import {
  GraphQLError,
  Kind,
  Lexer,
  parse,
  Source,
  specifiedRules,
  TokenKind,
  validate,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
} from 'graphql';
import { BoundedCache } from './bounded-cache.ts';
import { bestLanguage } from './label-text.ts';
import type { GraphqlLimits } from './limits.ts';
import { buildGraphqlSchema } from './schema/build.ts';

export interface CheckedDocument {
  readonly document: DocumentNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
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

/** Characters of documents that are kept for all schemas together; parsed, each takes some fifty bytes. */
const keptCharacters = 1_000_000;

/** What a field of a schema takes, measured; a schema of a CRM has about 4,500. */
const bytesOfField = 500;

type Documents = BoundedCache<string, CheckedDocument | RefusedDocument>;

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
  readonly schema: GraphQLSchema;
  readonly #key: string;
  readonly #limits: GraphqlLimits;
  readonly #documents: Documents;

  constructor(
    made: { readonly model: Model; readonly schema: GraphQLSchema; readonly key: string },
    limits: GraphqlLimits,
    documents: Documents,
  ) {
    this.model = made.model;
    this.schema = made.schema;
    this.#key = made.key;
    this.#limits = limits;
    this.#documents = documents;
  }

  /** About how many bytes the schema takes. */
  get bytes(): number {
    const types = Object.values(this.schema.getTypeMap());
    const fields = types.reduce((sum, type) => sum + ('getFields' in type ? Object.keys(type.getFields()).length : 1), 0);
    return fields * bytesOfField;
  }

  /** The document, parsed and validated. @throws GRAPHQL_TOO_LARGE */
  document(text: string): CheckedDocument | RefusedDocument {
    const key = `${this.#key} ${text}`;
    const known = this.#documents.get(key);
    if (known !== undefined) return known;
    const checked = this.#check(text);
    this.#documents.set(key, checked, key.length);
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
    const errors = validate(this.schema, document, specifiedRules, { maxErrors: mostErrors, hideSuggestions: true });
    if (errors.length > 0) return { code: 'GRAPHQL_INVALID', errors };
    const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
    return { document, fragments: Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment])) };
  }
}

/** Schemas by Model (as a caller sees it) and language; callers with the same permissions share one, over all tenants whose Models are equal. */
export class PreparedSchemas {
  readonly #limits: GraphqlLimits;
  readonly #schemas: BoundedCache<string, PreparedSchema>;
  readonly #documents: Documents = new BoundedCache(keptCharacters);

  /** @param bytes that the schemas may take together */
  constructor(limits: GraphqlLimits, bytes: number) {
    this.#limits = limits;
    this.#schemas = new BoundedCache(bytes);
  }

  of(model: Model, languages: readonly string[]): PreparedSchema {
    const language = bestLanguage(languages, model.settings.languages);
    const key = `${model.hash} ${language}`;
    const known = this.#schemas.get(key);
    if (known !== undefined) return known;
    const schema = buildGraphqlSchema(model, [language]);
    const prepared = new PreparedSchema({ model, schema, key }, this.#limits, this.#documents);
    this.#schemas.set(key, prepared, prepared.bytes);
    return prepared;
  }
}
