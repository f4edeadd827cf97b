import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { z } from 'zod';
import { checkContentEncoding } from '../../lib/core/contract/body.ts';
import { firstIssue } from '../../lib/core/contract/first-issue.ts';
import { ProblemError } from '../../lib/core/contract/problem.ts';

/**
 * Reads the JSON in a request's body.
 *
 * @throws {@link ProblemError} `bad-request` naming the field and what is expected, or
 * `unsupported-media-type` when it is encoded
 */
export function readJsonBody<Schema extends z.ZodType>(
  {
    body = '',
    isBase64Encoded,
    headers,
  }: Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded' | 'headers'>,
  schema: Schema,
): z.output<Schema> {
  checkContentEncoding(headers['content-encoding']);
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new ProblemError(
    'bad-request',
    firstIssue(parsed.error, { field: 'field', whole: 'the body' }),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProblemError('bad-request', 'the body must be JSON');
  }
}
