import { apiVersion } from '../api-version.ts';
import { routes, type ServiceRoute } from '../routes.ts';
import { openInferenceOperations } from './open-inference.ts';
import { type Operation, operation, tags } from './operation.ts';
import { componentSchemas } from './schemas.ts';
import { ownOperations } from './v1.ts';

/** Who may call an API: anybody, those who sign with IAM, or those with a token of an issuer. */
export type ApiCallers = 'anybody' | 'iam' | { readonly issuer: string };

/** What the document has to know of the API that it describes. */
export interface DescribedApi {
  /** Its address, without a slash at its end. */
  readonly url: string;
  readonly callers: ApiCallers;
}

const operations: Record<ServiceRoute['path'], Operation> = {
  ...ownOperations,
  ...openInferenceOperations,
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
      version: apiVersion,
      summary: 'Classifies images within a deadline',
      description:
        'Several models do one task: each request is answered by the most accurate one that still answers within its SLA. Every error of the service is an RFC 9457 problem document, under /v2 as plain JSON with its text in error as well; those that API Gateway makes itself before a request reaches the service (401, 403, 413, 429) have a JSON object with a message in its place. Clients have to ignore members that they do not know.',
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
