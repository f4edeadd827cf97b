import { describe, expect, it } from 'vitest';
import {
  type ApiCallers,
  openApiDocument,
} from '../../../../lib/core/contract/openapi/document.ts';
import { gatewayProblems, problems } from '../../../../lib/core/contract/problem.ts';
import { methodsOf, routes } from '../../../../lib/core/contract/routes.ts';
import { serverTiming } from '../../../../lib/core/contract/server-timing.ts';

interface Schema {
  type?: string;
  format?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
}

interface Response {
  headers?: object;
  content: Record<string, { schema: object }>;
}

interface Document {
  openapi: string;
  servers: { url: string }[];
  security: object[];
  paths: Record<
    string,
    Record<
      string,
      {
        operationId: string;
        parameters?: { name: string; schema: Schema }[];
        requestBody?: { required: boolean; content: Record<string, { schema: object }> };
        responses: Record<string, Response>;
      }
    >
  >;
  components: { schemas: Record<string, Schema>; securitySchemes?: object };
}

const documentOf = (callers: ApiCallers) =>
  JSON.parse(
    JSON.stringify(openApiDocument({ url: 'https://api.example.com', callers })),
  ) as Document;
const document = documentOf('anybody');
const { schemas } = document.components;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, path, ...operation })),
);
const inferring = document.paths['/v1/infer']?.post;
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** Every value under a key, wherever it is. */
function valuesOf(key: string, value: unknown = document): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === key ? [member, ...valuesOf(key, member)] : valuesOf(key, member),
  );
}

describe('the document', () => {
  it('describes every route and no other, each by a name of its own', () => {
    expect(operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`)).toEqual(
      routes.map(({ method, path }) => `${method} ${path}`),
    );
    const names = new Set(operations.map(({ operationId }) => operationId));
    expect(names.size).toBe(routes.length);
    // oapi-codegen makes a type ClassifyImageResponse of the operation classifyImage.
    for (const name of names) {
      expect(schemas).not.toHaveProperty(`${name[0]?.toUpperCase()}${name.slice(1)}Response`);
    }
  });

  it('refers to nothing that it does not hold', () => {
    for (const target of valuesOf('$ref')) {
      const [root, ...path] = String(target).split('/');
      expect(root).toBe('#');
      const found = path.reduce<unknown>((at, name) => Object(at)[name], document);
      expect(found, String(target)).toBeTypeOf('object');
    }
    expect(valuesOf('$defs')).toEqual([]);
  });

  it('has the names that clients in other languages get as classes', () => {
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining([
        ...['InferResponse', 'Prediction', 'Timing', 'BudgetSource', 'Selection', 'EligibleModel'],
        ...['AnsweringModel', 'ServedModel', 'FeedbackCounts', 'Profile', 'BreakerState'],
        ...['ModelsResponse', 'TimeResponse', 'HealthResponse', 'Problem'],
        ...['FeedbackRequest', 'FeedbackResponse', 'PrepareRequest', 'PrepareResponse'],
        ...['AtDeadline', 'View', 'Uploads', 'UploadRung', 'UploadEncoding', 'UploadType'],
        'Chroma',
      ]),
    );
    expect(schemas.InferResponse?.properties).toMatchObject({
      model: ref('AnsweringModel'),
      timing: ref('Timing'),
      selection: ref('Selection'),
    });
  });

  it('lets answers have members that nobody knows yet', () => {
    const closed = Object.entries(schemas).filter(
      ([, schema]) => schema.additionalProperties === false,
    );
    // A request with a misspelt member is refused.
    expect(closed.map(([name]) => name)).toEqual(['PrepareRequest']);
  });

  it('gives every number a size: float32 would be 65 s off at the time of day', () => {
    const properties = Object.values(schemas).flatMap((schema) =>
      Object.values(schema.properties ?? {}),
    );
    const parameters = inferring?.parameters?.map(({ schema }) => schema) ?? [];
    const formats = { number: ['double'], integer: ['int32', 'int64'] };
    const numbers = [...properties, ...parameters].filter(
      ({ type }) => type === 'number' || type === 'integer',
    );
    expect(numbers.length).toBeGreaterThan(30);
    for (const { type, format } of numbers) {
      expect(formats[type as keyof typeof formats]).toContain(format);
    }
  });

  it('has nothing that readers of OpenAPI 3.0 take for an error', () => {
    expect(valuesOf('exclusiveMinimum')).toEqual([]);
    expect(valuesOf('exclusiveMaximum')).toEqual([]);
    expect(valuesOf('const')).toEqual([]);
    expect(valuesOf('propertyNames')).toEqual([]);
    expect(valuesOf('type').filter(Array.isArray)).toEqual([]);
  });
});

describe('an image', () => {
  it('is a binary body of one of four types, JPEG first', () => {
    const schema = { type: 'string', format: 'binary' };
    expect(Object.entries(inferring?.requestBody?.content ?? {})).toEqual([
      ['image/jpeg', { schema }],
      ['image/png', { schema }],
      ['image/webp', { schema }],
      ['application/octet-stream', { schema }],
    ]);
  });

  it('goes with headers that have bounds; the start of the upload is a whole number', () => {
    const parameters = Object.fromEntries(
      inferring?.parameters?.map(({ name, schema }) => [name, schema]) ?? [],
    );
    expect(parameters).toEqual({
      'mdi-sla-ms': expect.objectContaining({ type: 'number', minimum: 0.001, maximum: 29_000 }),
      'mdi-upload-start': expect.objectContaining({ type: 'integer', format: 'int64', minimum: 0 }),
      'mdi-output-ms': expect.objectContaining({ type: 'number', minimum: 0 }),
      'mdi-output-input-ms': expect.objectContaining({ type: 'number', minimum: 0 }),
      'mdi-view': expect.objectContaining({ type: 'string', pattern: expect.any(String) }),
      'mdi-upload-rung': expect.objectContaining({ type: 'string', pattern: expect.any(String) }),
      'mdi-device-accuracy': expect.objectContaining({ minimum: 0, maximum: 100 }),
      'mdi-at-deadline': ref('AtDeadline'),
    });
  });
});

describe('an answer', () => {
  it('of infer has its schema and Server-Timing', () => {
    expect(inferring?.responses['200']).toMatchObject({
      headers: { 'Server-Timing': { $ref: '#/components/headers/ServerTiming' } },
      content: { 'application/json': { schema: ref('InferResponse') } },
    });
  });

  it.each(operations)('of $method $path may be any problem', ({ path, responses, requestBody }) => {
    const content = path.startsWith('/v2')
      ? { 'application/json': { schema: ref('OpenInferenceError') } }
      : { 'application/problem+json': { schema: ref('Problem') } };
    const { '200': ok, '202': accepted, ...errors } = responses;
    expect(ok ?? accepted).toBeDefined();
    const common = ['401', '403', '404', '405', '429', '500', 'default'];
    const statuses = requestBody ? [...common, '400', '413', '415', '503'] : common;
    expect(Object.keys(errors)).toEqual(expect.arrayContaining(statuses));
    for (const [status, error] of Object.entries(errors)) {
      expect(error.content, `${path} ${status}`).toEqual(content);
      const retried = status === '429' || status === '503';
      expect(Object.keys(error.headers ?? {})).toEqual(retried ? ['Retry-After'] : []);
    }
  });

  it('of infer has every status that a problem has', () => {
    const statuses = new Set(Object.values(problems).map(({ status }) => String(status)));
    expect(Object.keys(inferring?.responses ?? {})).toEqual(expect.arrayContaining([...statuses]));
  });
});

describe('a body that is JSON', () => {
  it('may be absent for prepare', () => {
    expect(document.paths['/v1/prepare']?.post?.requestBody).toEqual({
      required: false,
      content: { 'application/json': { schema: ref('PrepareRequest') } },
    });
    expect(schemas.PrepareRequest?.required).toBeUndefined();
  });

  it('has to be there for feedback', () => {
    expect(document.paths['/v1/feedback']?.post?.requestBody?.required).toBe(true);
    expect(schemas.FeedbackRequest?.required).toEqual(['requestId', 'model', 'correct']);
  });
});

describe('who may call', () => {
  const securityOf = (callers: ApiCallers) => {
    const { security, components } = documentOf(callers);
    return { security, schemes: components.securitySchemes };
  };

  it('is anybody', () => {
    expect(securityOf('anybody')).toEqual({ security: [], schemes: undefined });
  });

  it('is who signs with IAM', () => {
    expect(securityOf('iam')).toMatchObject({
      security: [{ sigV4: [] }],
      schemes: {
        sigV4: { type: 'apiKey', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' },
      },
    });
  });

  it('is who has a token', () => {
    expect(securityOf({ issuer: 'https://login.example.com' })).toMatchObject({
      security: [{ token: [] }],
      schemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: expect.stringContaining('https://login.example.com'),
        },
      },
    });
  });

  it('calls where the document came from', () => {
    expect(document.servers).toEqual([{ url: 'https://api.example.com' }]);
  });
});

describe('small parts of the contract', () => {
  it('knows the methods of a path', () => {
    expect(methodsOf('/v1/infer')).toEqual(['POST']);
    expect(methodsOf('/v1/time')).toEqual(['GET', 'HEAD']);
    expect(methodsOf('/nothing')).toEqual([]);
  });

  it('names a gateway’s own errors as the service names its', () => {
    expect(gatewayProblems[413]).toEqual({ type: '/problems/too-large', title: 'Body too large' });
    for (const [status, { type }] of Object.entries(gatewayProblems)) {
      const problem = problems[type.replace('/problems/', '') as keyof typeof problems];
      expect(problem.status).toBe(Number(status));
    }
  });

  it('writes Server-Timing', () => {
    expect(serverTiming({ select: 0.01234, total: 5 })).toBe('select;dur=0.012, total;dur=5');
  });
});
