import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { PathVariables } from '../../lib/core/contract/routes.ts';

/** Answers the requests for one route. */
export type RouteHandler = (
  event: APIGatewayProxyEventV2,
  variables: PathVariables,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** An answer of JSON that nobody may keep. */
export function json(
  body: object,
  headers: Record<string, string> = {},
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}
