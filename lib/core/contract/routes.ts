/**
 * Every route of the API: the selector's router and the OpenAPI document are derived from it. A route with a literal
 * segment stands before one with a variable in its place.
 */
export const routes = [
  { method: 'POST', path: '/v1/infer' },
  { method: 'POST', path: '/v1/prepare' },
  { method: 'POST', path: '/v1/feedback' },
  { method: 'GET', path: '/v1/time' },
  { method: 'GET', path: '/v1/models' },
  { method: 'GET', path: '/v1/health' },
  { method: 'GET', path: '/v2' },
  { method: 'GET', path: '/v2/health/live' },
  { method: 'GET', path: '/v2/health/ready' },
  { method: 'GET', path: '/v2/models/stats' },
  { method: 'GET', path: '/v2/models/{catalogue}' },
  { method: 'GET', path: '/v2/models/{catalogue}/ready' },
  { method: 'GET', path: '/v2/models/{catalogue}/config' },
  { method: 'GET', path: '/v2/models/{catalogue}/stats' },
  { method: 'POST', path: '/v2/models/{catalogue}/infer' },
  { method: 'GET', path: '/v2/models/{catalogue}/versions/{model}' },
  { method: 'GET', path: '/v2/models/{catalogue}/versions/{model}/ready' },
  { method: 'GET', path: '/v2/models/{catalogue}/versions/{model}/config' },
  { method: 'GET', path: '/v2/models/{catalogue}/versions/{model}/stats' },
  { method: 'POST', path: '/v2/models/{catalogue}/versions/{model}/infer' },
  { method: 'POST', path: '/v2/repository/index' },
  { method: 'POST', path: '/v2/repository/models/{catalogue}/load' },
  { method: 'POST', path: '/v2/repository/models/{catalogue}/unload' },
  { method: 'GET', path: '/openapi.json' },
] as const;

/** Paths of the Open Inference Protocol, whose clients read errors in a form of their own. */
export const openInferencePath = /^(\/[^/]+){0,2}\/v2(\/|$)/;

/** A route of the API. */
export type ServiceRoute = (typeof routes)[number];

/** What stands in a path at the variables of its route: `{catalogue}`, `{model}`. */
export type PathVariables = Readonly<Record<string, string>>;

/**
 * What stands in a path at the variables of a route; undefined when the path is not the route's.
 *
 * @param path - decoded, and possibly with something before it, such as a stage's name
 */
export function variablesOf(path: string, route: ServiceRoute['path']): PathVariables | undefined {
  const match = patterns.get(route)?.exec(path);
  return match ? { ...match.groups } : undefined;
}

/** How the paths of each route end. */
const patterns: ReadonlyMap<string, RegExp> = new Map(
  routes.map(({ path }) => {
    const pattern = path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)').replaceAll('.', '\\.');
    return [path, new RegExp(`${pattern}$`)];
  }),
);

/** The methods that a path knows, `HEAD` wherever it has `GET`; none when the path is unknown. */
export function methodsOf(path: string): ('GET' | 'HEAD' | 'POST')[] {
  return routes.flatMap((route) => {
    if (route.path !== path) return [];
    return route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
  });
}

/** What the gateway knows of the Open Inference Protocol: each route is a resource of the stack, which may have 500. */
const openInferenceRoutes = [
  { method: 'GET', path: '/v2' },
  { method: 'GET', path: '/v2/{path+}' },
  { method: 'POST', path: '/v2/{path+}' },
] as const;

/** A route of the gateway. */
export type GatewayRoute =
  | Exclude<ServiceRoute, { readonly path: `/v2${string}` }>
  | (typeof openInferenceRoutes)[number];

function isOwn(route: ServiceRoute): route is Extract<ServiceRoute, GatewayRoute> {
  return !route.path.startsWith('/v2');
}

/** Every route of the gateway. */
export const gatewayRoutes: readonly GatewayRoute[] = [
  ...routes.filter(isOwn),
  ...openInferenceRoutes,
];

/** Every route as API Gateway names it. */
export const routeKeys = gatewayRoutes.map(({ method, path }) => `${method} ${path}` as RouteKey);

/** A route as API Gateway names it, such as `POST /v1/infer`. */
export type RouteKey = {
  [Path in GatewayRoute['path']]: `${Extract<GatewayRoute, { path: Path }>['method']} ${Path}`;
}[GatewayRoute['path']];
