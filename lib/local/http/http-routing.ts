/** A route that fits a request. */
export interface RouteMatch<Route> {
  readonly route: Route;
  /** Decoded path variables; undefined if the route has none. */
  readonly pathParameters: Record<string, string> | undefined;
}

interface CompiledRoute<Route> {
  readonly route: Route;
  readonly method: string;
  readonly segments: readonly string[];
}

/**
 * A function that finds the route of a request as API Gateway does: literal segments before
 * `{variable}` before `{greedy+}`, a method of its own before `ANY`, `$default` last.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function createRouter<Route extends { readonly routeKey: string }>(
  routes: readonly Route[],
): (method: string, path: string) => RouteMatch<Route> | undefined {
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  const compiled = routes
    .filter((route) => route !== fallback)
    .map(compile)
    .sort(bySpecificity);

  return (method, path) => {
    const segments = path.split('/').slice(1);
    for (const candidate of compiled) {
      if (candidate.method !== 'ANY' && candidate.method !== method) continue;
      const parameters = matchSegments(candidate.segments, segments);
      if (!parameters) continue;
      const hasParameters = Object.keys(parameters).length > 0;
      return { route: candidate.route, pathParameters: hasParameters ? parameters : undefined };
    }
    return fallback && { route: fallback, pathParameters: undefined };
  };
}

function compile<Route extends { readonly routeKey: string }>(route: Route): CompiledRoute<Route> {
  const [method = '', path = ''] = route.routeKey.split(' ');
  return { route, method, segments: path.split('/').slice(1) };
}

function bySpecificity(a: CompiledRoute<unknown>, b: CompiledRoute<unknown>): number {
  for (let i = 0; i < Math.max(a.segments.length, b.segments.length); i++) {
    const difference = rank(a.segments[i]) - rank(b.segments[i]);
    if (difference !== 0) return difference;
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
}

function rank(segment: string | undefined): number {
  if (segment?.endsWith('+}')) return 2;
  return segment?.startsWith('{') ? 1 : 0;
}

/** The path variables if a route's segments fit a path's. */
function matchSegments(
  pattern: readonly string[],
  path: readonly string[],
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [i, segment] of pattern.entries()) {
    const actual = path[i];
    if (actual === undefined) return undefined;
    if (rank(segment) === 2) {
      const rest = path.slice(i).join('/');
      if (rest === '') return undefined;
      parameters[segment.slice(1, -2)] = decodeURIComponent(rest);
      return parameters;
    }
    if (rank(segment) === 1) {
      if (actual === '') return undefined;
      parameters[segment.slice(1, -1)] = decodeURIComponent(actual);
    } else if (segment !== decodeURIComponent(actual)) return undefined;
  }
  return pattern.length === path.length ? parameters : undefined;
}
