/**
 * Every route of the API: the gateway, the selector's router and the OpenAPI document are derived
 * from it.
 */
export const routes = [
  { method: 'POST', path: '/v1/infer' },
  { method: 'POST', path: '/v1/prepare' },
  { method: 'POST', path: '/v1/feedback' },
  { method: 'GET', path: '/v1/time' },
  { method: 'GET', path: '/v1/models' },
  { method: 'GET', path: '/v1/health' },
  { method: 'GET', path: '/openapi.json' },
] as const;

/** A route of the API. */
export type ServiceRoute = (typeof routes)[number];

/** The methods that a path knows, `HEAD` wherever it has `GET`; none when the path is unknown. */
export function methodsOf(path: string): ('GET' | 'HEAD' | 'POST')[] {
  return routes.flatMap((route) => {
    if (route.path !== path) return [];
    return route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
  });
}

/** Every route as API Gateway names it. */
export const routeKeys = routes.map(({ method, path }) => `${method} ${path}` as RouteKey);

/** A route as API Gateway names it, such as `POST /v1/infer`. */
export type RouteKey = {
  [Path in ServiceRoute['path']]: `${Extract<ServiceRoute, { path: Path }>['method']} ${Path}`;
}[ServiceRoute['path']];
