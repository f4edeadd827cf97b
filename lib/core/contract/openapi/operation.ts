import type { z } from 'zod';
import { openInferenceErrorSchema } from '../open-inference.ts';
import { problemContentType, problems } from '../problem.ts';
import { problemSchema } from '../schemas.ts';
import { json, ref, schemaRef } from './schemas.ts';

/** The operations of the API in groups. */
export const tags = {
  Inference: 'Classifying images, preparing for them, and telling whether an answer was right',
  'Open Inference Protocol': 'The API of KServe, Triton and others, with a deadline',
  Service: 'The clock, the models, the health, this document',
};

/** What the document says of a route. */
export interface Operation {
  readonly operationId: string;
  readonly tag: keyof typeof tags;
  readonly summary: string;
  readonly description?: string;
  /** @default 200 */
  readonly status?: number;
  /** @default - any object */
  readonly response?: z.ZodType;
  /** What the answer can be beside JSON, by its content type. */
  readonly responseTypes?: Readonly<Record<string, object>>;
  readonly responseHeaders?: Readonly<Record<string, object>>;
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  /** Statuses of errors beside those of every operation. */
  readonly errors?: readonly number[];
}

/** What can come instead of the answer of any operation. */
const commonErrors = [401, 403, 404, 405, 429, 500];
/** What an operation with a body can answer beside. */
export const bodyErrors = [400, 413, 415];

/** An operation as OpenAPI writes it. */
export function operation(described: Operation): object {
  const { operationId, tag, summary, description, parameters, requestBody } = described;
  const { status = 200, response, responseHeaders: headers, errors = [] } = described;
  const errorContent = tag === 'Open Inference Protocol' ? openInferenceContent : problemContent;
  const failures = [...new Set([...commonErrors, ...errors])].map((error) => [
    error,
    failure(error, errorContent),
  ]);
  const { content } = response ? json(response) : anyObject;
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description && { description }),
    ...(parameters && { parameters }),
    ...(requestBody && { requestBody }),
    responses: {
      [status]: {
        description: 'The answer',
        ...(headers && { headers }),
        content: { ...content, ...described.responseTypes },
      },
      ...Object.fromEntries(failures),
      default: { description: 'Any other error', ...errorContent },
    },
  };
}

const anyObject = { content: { 'application/json': { schema: { type: 'object' } } } };

/** Statuses whose answer says when to try again. */
const retried: readonly number[] = [429, 503];

const problemContent = {
  content: { [problemContentType]: { schema: schemaRef(problemSchema) } },
};

/** What its clients read of an error. */
const openInferenceContent = json(openInferenceErrorSchema);

function failure(status: number, content: object): object {
  const titles = Object.values(problems).filter((problem) => problem.status === status);
  return {
    description: titles.map(({ title }) => title).join(' / '),
    ...(retried.includes(status) && { headers: { 'Retry-After': ref('headers', 'RetryAfter') } }),
    ...content,
  };
}
