import { z } from 'zod';
import { tensorContentType } from './body.ts';
import { inferHeadersSchema } from './headers.ts';
import { imageContentTypes } from './image-type.ts';
import { maxBodyBytes } from './limits.ts';
import { problemContentType, problems } from './problem.ts';
import { routes, type ServiceRoute } from './routes.ts';
import { components } from './schema-of.ts';
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

/** Who may call an API: anybody, those who sign with IAM, or those with a token of an issuer. */
export type ApiCallers = 'anybody' | 'iam' | { readonly issuer: string };

/** What the document has to know of the API that it describes. */
export interface DescribedApi {
  /** Its address, without a slash at its end. */
  readonly url: string;
  readonly callers: ApiCallers;
}

interface Operation {
  readonly operationId: string;
  readonly tag: keyof typeof tags;
  readonly summary: string;
  readonly description?: string;
  /** @default 200 */
  readonly status?: number;
  /** @default - any object */
  readonly response?: z.ZodType;
  readonly responseHeaders?: Readonly<Record<string, object>>;
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  /** Statuses of errors beside those of every operation. */
  readonly errors?: readonly number[];
}

const tags = {
  Inference: 'Classifying images, preparing for them, and telling whether an answer was right',
  Service: 'The clock, the models, the health, this document',
};

/** What can come instead of the answer of any operation. */
const commonErrors = [401, 403, 404, 405, 429, 500];
/** What an operation with a body can answer beside. */
const bodyErrors = [400, 413, 415];

const operations: Record<ServiceRoute['path'], Operation> = {
  '/v1/infer': {
    operationId: 'classifyImage',
    tag: 'Inference',
    summary: 'Classify an image with the most accurate model that fits the SLA',
    description:
      'The first bytes decide where the content type is that of an image, absent, application/octet-stream of another length than the raw input tensor’s, or a form’s default: JPEG, PNG and WebP are recognised, other formats are refused by their names.',
    response: inferResponseSchema,
    responseHeaders: { 'Server-Timing': ref('headers', 'ServerTiming') },
    parameters: headerParameters(),
    requestBody: {
      description: `The image, or the catalogue’s raw input tensor, of at most ${maxBodyBytes} bytes`,
      required: true,
      content: Object.fromEntries(
        [...imageContentTypes, tensorContentType].map((type) => [
          type,
          { schema: { type: 'string', format: 'binary' } },
        ]),
      ),
    },
    errors: [...bodyErrors, 422, 502, 503, 504],
  },
  '/v1/prepare': {
    operationId: 'prepareModels',
    tag: 'Inference',
    summary: 'Start the models that a picture will need, before it comes',
    status: 202,
    response: prepareResponseSchema,
    requestBody: { required: false, ...json(prepareRequestSchema) },
    errors: [...bodyErrors, 503],
  },
  '/v1/feedback': {
    operationId: 'sendFeedback',
    tag: 'Inference',
    summary: 'Tell whether an answer was right',
    status: 202,
    response: feedbackResponseSchema,
    requestBody: { required: true, ...json(feedbackRequestSchema) },
    errors: [...bodyErrors, 503],
  },
  '/v1/time': {
    operationId: 'getTime',
    tag: 'Service',
    summary: 'The server’s clock',
    response: timeResponseSchema,
  },
  '/v1/models': {
    operationId: 'listModels',
    tag: 'Service',
    summary: 'The models with their current profiles',
    response: modelsResponseSchema,
  },
  '/v1/health': {
    operationId: 'getHealth',
    tag: 'Service',
    summary: 'Whether the service answers',
    response: healthResponseSchema,
  },
  '/openapi.json': {
    operationId: 'getOpenApiDocument',
    tag: 'Service',
    summary: 'This document',
  },
};

/** The OpenAPI 3.1 document of an API, generated from the schemas that the service itself uses. */
export function openApiDocument({ url, callers }: DescribedApi): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, path } of routes) {
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(operations[path]) };
  }
  const scheme = securityScheme(callers);
  return {
    openapi: '3.1.0',
    info: {
      title: 'mdinference',
      version: '1.0.0',
      summary: 'Classifies images within a deadline',
      description:
        'Several models do one task: each request is answered by the most accurate one that still answers within its SLA. Every error of the service is an RFC 9457 problem document; those that API Gateway makes itself before a request reaches the service (401, 403, 413, 429) have a JSON object with a message in its place. Clients have to ignore members that they do not know.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url }],
    security: scheme ? [{ [scheme.name]: [] }] : [],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: componentSchemas(),
      headers: {
        ServerTiming: {
          description: 'What took how long on the server, in ms: select, service and total',
          schema: {
            type: 'string',
            examples: ['select;dur=0.2, service;dur=18.1, total;dur=19.4'],
          },
        },
        RetryAfter: {
          description: 'Seconds to wait before the next try',
          schema: { type: 'integer', format: 'int32', minimum: 0 },
        },
      },
      ...(scheme && { securitySchemes: { [scheme.name]: scheme.scheme } }),
    },
  };
}

function operation(described: Operation): object {
  const { operationId, tag, summary, description, parameters, requestBody } = described;
  const { status = 200, response, responseHeaders: headers, errors = [] } = described;
  const failures = [...new Set([...commonErrors, ...errors])].map((error) => [
    error,
    failure(error),
  ]);
  const content = response
    ? json(response)
    : { content: { 'application/json': { schema: { type: 'object' } } } };
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description && { description }),
    ...(parameters && { parameters }),
    ...(requestBody && { requestBody }),
    responses: {
      [status]: { description: 'The answer', ...(headers && { headers }), ...content },
      ...Object.fromEntries(failures),
      default: { description: 'Any other error', ...problemContent },
    },
  };
}

/** Statuses whose answer says when to try again. */
const retried: readonly number[] = [429, 503];

const problemContent = {
  content: { [problemContentType]: { schema: schemaRef(problemSchema) } },
};

function failure(status: number): object {
  const titles = Object.values(problems).filter((problem) => problem.status === status);
  return {
    description: titles.map(({ title }) => title).join(' / '),
    ...(retried.includes(status) && { headers: { 'Retry-After': ref('headers', 'RetryAfter') } }),
    ...problemContent,
  };
}

function headerParameters(): object[] {
  return Object.entries(inferHeadersSchema.shape).map(([name, header]) => {
    const { description } = header;
    const value = header.unwrap();
    const schema = components.has(value) ? schemaRef(value) : headerSchema(header);
    return { name, in: 'header', required: false, description, schema };
  });
}

/** What a header is read as: all are texts on the wire. */
function headerSchema(header: z.ZodType): object {
  const {
    $schema: _,
    description: __,
    ...schema
  } = z.toJSONSchema(header, {
    io: 'output',
    override,
  });
  return schema;
}

function json(schema: z.ZodType): object {
  return { content: { 'application/json': { schema: schemaRef(schema) } } };
}

function schemaRef(schema: z.ZodType): object {
  return ref('schemas', String(components.get(schema)?.id));
}

function ref(kind: string, name: string): object {
  return { $ref: `#/components/${kind}/${name}` };
}

/** What is read of requests and answers: members that an older client does not know are no fault. */
function componentSchemas(): object {
  const uri = (name: string) => `#/components/schemas/${name}`;
  const { schemas } = z.toJSONSchema(components, { io: 'input', uri, override });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
  );
}

/** Without a format, some generators make a number a float32, and an integer an int32. */
function override({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.type === 'number') jsonSchema.format ??= 'double';
  if (jsonSchema.type === 'integer') {
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    jsonSchema.format ??= 'int64';
  }
  // All names are texts, and OpenAPI 3.0 has no word for it.
  delete jsonSchema.propertyNames;
  // Few generators know `const`.
  if (jsonSchema.const !== undefined) {
    jsonSchema.enum = [jsonSchema.const as string];
    delete jsonSchema.const;
  }
}

function securityScheme(callers: ApiCallers): { name: string; scheme: object } | undefined {
  if (callers === 'anybody') return undefined;
  if (callers === 'iam') {
    return {
      name: 'sigV4',
      // As API Gateway itself exports it: OpenAPI knows no signatures.
      scheme: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        description: 'AWS Signature Version 4 of the service execute-api',
        'x-amazon-apigateway-authtype': 'awsSigv4',
      },
    };
  }
  const description = `A token of ${callers.issuer}`;
  return {
    name: 'token',
    scheme: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description },
  };
}
