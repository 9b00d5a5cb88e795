// Answers as text: what goes out is put together here, and nobody parses it again.
import type { ExecutionResult, GraphQLError } from 'graphql';
import { errorText } from './errors.ts';

/** A result that yoga sends by calling `stringify`; the rest only tells it the status. */
export interface TextResult extends ExecutionResult {
  readonly stringify: () => string;
}

/** @param data the JSON text of `data`; undefined where the request failed before it was executed */
export function textResult(data: string | undefined, errors: readonly GraphQLError[] = []): TextResult {
  const parts = [
    ...(errors.length === 0 ? [] : [`"errors":[${errors.map(errorText).join(',')}]`]),
    ...(data === undefined ? [] : [`"data":${data}`]),
  ];
  const text = `{${parts.join(',')}}`;
  return { ...(data === undefined ? {} : { data: {} }), ...(errors.length === 0 ? {} : { errors }), stringify: () => text };
}
