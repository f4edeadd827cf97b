import { z } from 'zod';
import { imageContentTypes, tensorContentType } from './body.ts';
import { inferHeadersSchema } from './headers.ts';
import { problemContentType, problems } from './problem.ts';
import { routes, type ServiceRoute } from './routes.ts';
import {
  feedbackRequestSchema,
  feedbackResponseSchema,
  healthResponseSchema,
  inferResponseSchema,
  modelsResponseSchema,
  prepareRequestSchema,
  prepareResponseSchema,
  problemSchema,
  timeResponseSchema,
} from './schemas.ts';

interface Operation {
  readonly summary: string;
  /** @default 200 */
  readonly status?: number;
  readonly response?: z.ZodType;
  readonly parameters?: object[];
  readonly requestBody?: object;
  readonly errors?: readonly number[];
}

const operations: Record<ServiceRoute['path'], Operation> = {
  '/v1/infer': {
    summary: 'Classify an image with the most accurate model that fits the SLA',
    response: inferResponseSchema,
    parameters: headerParameters(),
    requestBody: {
      required: true,
      content: Object.fromEntries([...imageContentTypes, tensorContentType].map((t) => [t, {}])),
    },
    errors: [400, 413, 415, 422, 429, 502, 503, 504],
  },
  '/v1/prepare': {
    summary: 'Start the models that a picture will need, before it comes',
    status: 202,
    response: prepareResponseSchema,
    requestBody: {
      required: false,
      content: { 'application/json': { schema: jsonSchema(prepareRequestSchema) } },
    },
    errors: [400, 429, 503],
  },
  '/v1/feedback': {
    summary: 'Tell whether an answer was right',
    status: 202,
    response: feedbackResponseSchema,
    requestBody: {
      required: true,
      content: { 'application/json': { schema: jsonSchema(feedbackRequestSchema) } },
    },
    errors: [400, 404, 503],
  },
  '/v1/time': { summary: 'The server’s clock', response: timeResponseSchema },
  '/v1/models': {
    summary: 'The models with their current profiles',
    response: modelsResponseSchema,
  },
  '/v1/health': { summary: 'Whether the service answers', response: healthResponseSchema },
  '/openapi.json': { summary: 'This document' },
};

/** The OpenAPI 3.1 document of the API, generated from the schemas that the service itself uses. */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, path } of routes) {
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(operations[path]) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'mdinference', version: '1', license: { name: 'Apache-2.0' } },
    paths,
  };
}

function operation(described: Operation): object {
  const { summary, status = 200, response, parameters, requestBody, errors = [] } = described;
  const failures = errors.map((error) => [
    error,
    {
      description: titlesOf(error),
      content: { [problemContentType]: { schema: jsonSchema(problemSchema) } },
    },
  ]);
  const schema = response ? jsonSchema(response) : { type: 'object' };
  return {
    summary,
    ...(parameters && { parameters }),
    ...(requestBody && { requestBody }),
    responses: {
      [status]: { description: 'OK', content: { 'application/json': { schema } } },
      ...Object.fromEntries(failures),
    },
  };
}

function headerParameters(): object[] {
  return Object.entries(inferHeadersSchema.shape).map(([name, schema]) => ({
    name,
    in: 'header',
    required: false,
    description: schema.description,
    schema: { type: 'number' },
  }));
}

function titlesOf(status: number): string {
  const titles = Object.values(problems).filter((problem) => problem.status === status);
  return titles.map(({ title }) => title).join(' / ');
}

function jsonSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'output', reused: 'inline' });
  return rest;
}
