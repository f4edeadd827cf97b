import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ProblemError } from '../../lib/core/contract/problem.ts';
import {
  methodsOf,
  openInferencePath,
  type PathVariables,
  routeKeys,
  routes,
  type ServiceRoute,
  variablesOf,
} from '../../lib/core/contract/routes.ts';

/** What the gateway has matched of the Open Inference Protocol: which of its routes, it does not know. */
const openInferenceKeys: ReadonlySet<string> = new Set(
  routeKeys.filter((key) => key.includes(' /v2')),
);

/** The route that a request is for, and what its path has at the route's variables. */
export interface RequestedRoute {
  readonly path: ServiceRoute['path'];
  readonly variables: PathVariables;
}

/**
 * The route of the API that a request is for. It is what the gateway has matched: the request's own path may begin
 * with a stage's name, and with the mapping key of a custom domain. Of the default route, where HEAD, unknown paths
 * and wrong methods go, the gateway has matched nothing.
 *
 * @throws {@link ProblemError} `not-found` or `method-not-allowed`
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function requestedRoute(
  event: Pick<APIGatewayProxyEventV2, 'routeKey' | 'requestContext'>,
): RequestedRoute {
  const { method, path: whole } = event.requestContext.http;
  const matched = routes.find((route) => event.routeKey === `${route.method} ${route.path}`);
  if (matched) return { path: matched.path, variables: variablesOf(whole, matched.path) ?? {} };
  const path = withoutStage(event);
  const named = openInferenceKeys.has(event.routeKey)
    ? routes.find((route) => isUnder(route, path))
    : (routes.find((route) => isPathOf(route, path)) ?? mapped(event, path));
  if (!named) throw new ProblemError('not-found', `there is no ${whole}`);
  const allowed = methodsOf(named.path);
  const variables = variablesOf(path, named.path) ?? {};
  if (allowed.some((known) => known === method)) return { path: named.path, variables };
  const asked = named.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => variables[name] ?? name);
  throw new ProblemError(
    'method-not-allowed',
    `${asked} takes ${allowed.join(', ')}, not ${method}`,
    { allow: allowed.join(', ') },
  );
}

/** Whether a request is for the Open Inference Protocol. */
export function isOpenInference({
  routeKey,
  requestContext,
}: Pick<APIGatewayProxyEventV2, 'routeKey' | 'requestContext'>): boolean {
  return openInferenceKeys.has(routeKey) || openInferencePath.test(requestContext.http.path);
}

/** Whether a path that the gateway has taken for one of the Open Inference Protocol's is this route's. */
function isUnder({ path: route }: ServiceRoute, path: string): boolean {
  return route.startsWith('/v2') && variablesOf(path, route) !== undefined;
}

function isPathOf({ path: route }: ServiceRoute, path: string): boolean {
  const sameDepth = route.split('/').length === path.split('/').length;
  return sameDepth && variablesOf(path, route) !== undefined;
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
  return routes.find(
    (route) => route.method !== http.method && variablesOf(path, route.path) !== undefined,
  );
}
