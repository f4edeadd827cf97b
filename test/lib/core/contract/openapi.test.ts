import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../../../lib/core/contract/openapi.ts';
import { methodsOf, routes } from '../../../../lib/core/contract/routes.ts';
import { serverTiming } from '../../../../lib/core/contract/server-timing.ts';

interface Document {
  openapi: string;
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
}

describe('openApiDocument', () => {
  const document = openApiDocument() as Document;

  it('describes every route and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described).toEqual(routes.map(({ method, path }) => `${method} ${path}`));
  });

  it('holds the schema of an answer and of every problem of infer', () => {
    const { responses } = document.paths['/v1/infer']?.post ?? { responses: {} };
    expect(Object.keys(responses)).toEqual([
      '200',
      '400',
      '413',
      '415',
      '422',
      '429',
      '502',
      '503',
      '504',
    ]);
    expect(JSON.stringify(responses['200'])).toContain('budgetMs');
    expect(JSON.stringify(responses['422'])).toContain('application/problem+json');
  });

  it('lets the body of prepare be absent, and refuses fields that it does not know', () => {
    const { requestBody } = (document.paths['/v1/prepare']?.post ?? {}) as {
      requestBody?: { required: boolean; content: Record<string, { schema: object }> };
    };
    expect(requestBody?.required).toBe(false);
    expect(requestBody?.content['application/json']?.schema).toMatchObject({
      $defs: {
        PrepareRequest: { additionalProperties: false, properties: { slaMs: { type: 'number' } } },
      },
    });
  });

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});

describe('small parts of the contract', () => {
  it('knows the methods of a path', () => {
    expect(methodsOf('/v1/infer')).toEqual(['POST']);
    expect(methodsOf('/nothing')).toEqual([]);
  });

  it('writes Server-Timing', () => {
    expect(serverTiming({ select: 0.01234, total: 5 })).toBe('select;dur=0.012, total;dur=5');
  });
});
