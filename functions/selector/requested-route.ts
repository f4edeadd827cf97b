import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ProblemError } from '../../lib/core/contract/problem.ts';
import { methodsOf, routes, type ServiceRoute } from '../../lib/core/contract/routes.ts';

/**
 * The path of the API that a request is for. It is what the gateway has matched: the request's own path may begin
 * with a stage's name, and with the mapping key of a custom domain. Of the default route, where HEAD, unknown paths
 * and wrong methods go, the gateway has matched nothing.
 *
 * @throws {@link ProblemError} `not-found` or `method-not-allowed`
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function requestedPath(
  event: Pick<APIGatewayProxyEventV2, 'routeKey' | 'requestContext'>,
): ServiceRoute['path'] {
  const matched = routes.find(({ method, path }) => event.routeKey === `${method} ${path}`);
  if (matched) return matched.path;
  const { method, path: whole } = event.requestContext.http;
  const path = withoutStage(event);
  const named = routes.find((route) => route.path === path) ?? mapped(event, path);
  if (!named) throw new ProblemError('not-found', `there is no ${whole}`);
  const allowed = methodsOf(named.path);
  if (allowed.some((known) => known === method)) return named.path;
  throw new ProblemError(
    'method-not-allowed',
    `${named.path} takes ${allowed.join(', ')}, not ${method}`,
    { allow: allowed.join(', ') },
  );
}

function withoutStage({ requestContext }: Pick<APIGatewayProxyEventV2, 'requestContext'>): string {
  const { stage, http } = requestContext;
  return http.path.startsWith(`/${stage}/`) ? http.path.slice(stage.length + 1) : http.path;
}

/**
 * The route at the end of a path that begins with the mapping key of a custom domain, which no event tells. With the
 * route's own method the gateway would have matched it: such a path only looks like it.
 */
function mapped(
  { requestContext: { domainName, http } }: Pick<APIGatewayProxyEventV2, 'requestContext'>,
  path: string,
): ServiceRoute | undefined {
  if (domainName.includes('.execute-api.')) return undefined;
  return routes.find((route) => route.method !== http.method && path.endsWith(route.path));
}
