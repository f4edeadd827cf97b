import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { isOpenInference, requestedRoute } from '../../../functions/selector/requested-route.ts';
import { ProblemError } from '../../../lib/core/contract/problem.ts';
import { routeKeys, routes } from '../../../lib/core/contract/routes.ts';

const own = 'a1b2c3.execute-api.us-east-1.amazonaws.com';

/**
 * The parts of payload format 2.0 that say where a request goes.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
function event({
  routeKey,
  method,
  path,
  stage = '$default',
  domainName = own,
}: {
  routeKey: string;
  method: string;
  path: string;
  stage?: string;
  domainName?: string;
}): APIGatewayProxyEventV2 {
  const http = { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'agent' };
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: { host: domainName },
    requestContext: {
      accountId: '123456789012',
      apiId: 'a1b2c3',
      domainName,
      domainPrefix: domainName.split('.')[0] ?? '',
      http,
      requestId: 'id',
      routeKey,
      stage,
      time: '12/Mar/2020:19:03:58 +0000',
      timeEpoch: 1_583_348_638_390,
    },
    isBase64Encoded: false,
  };
}

const problemOf = (asked: Parameters<typeof event>[0]) => {
  try {
    return requestedRoute(event(asked)).path;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return `${error.type}: ${error.message}`;
  }
};

/** Where the API may be; `base` precedes the path that the gateway matches. */
const places = [
  { name: 'the default stage', stage: '$default', domainName: own, base: '' },
  { name: 'a named stage', stage: 'prod', domainName: own, base: '/prod' },
  { name: 'a custom domain', stage: '$default', domainName: 'api.example.com', base: '' },
  { name: 'a mapping key', stage: '$default', domainName: 'api.example.com', base: '/models' },
  {
    name: 'a mapping key of several parts to a named stage',
    ...{ stage: 'prod', domainName: 'api.example.com', base: '/teams/vision/v1' },
  },
  // AWS says that rawPath has no mapping key; some have seen it there.
  {
    name: 'a mapping key that the event leaves out',
    ...{ stage: 'prod', domainName: 'api.example.com', base: '' },
  },
];

describe.each(places)('at $name', ({ stage, domainName, base }) => {
  const at = { stage, domainName };

  it.each(routes)('$method $path is what the gateway has matched', ({ method, path }) => {
    const key = `${method} ${path}`;
    const routeKey = routeKeys.some((known) => known === key) ? key : `${method} /v2/{path+}`;
    expect(routeKeys).toContain(routeKey);
    expect(requestedRoute(event({ routeKey, method, path: base + path, ...at })).path).toBe(path);
  });

  it('the gateway’s match tells a request by the Open Inference Protocol', () => {
    const asked = { method: 'GET', path: `${base}/v2/nothing`, ...at };
    expect(isOpenInference(event({ ...asked, routeKey: 'GET /v2/{path+}' }))).toBe(true);
    const own = { ...asked, routeKey: 'GET /v1/time', path: `${base}/v1/time` };
    expect(isOpenInference(event(own))).toBe(false);
  });

  it('what the gateway has matched of the Open Inference Protocol alone may be no route', () => {
    const asked = { routeKey: 'GET /v2/{path+}', method: 'GET', ...at };
    const none = { ...asked, path: `${base}/v2/nothing` };
    expect(problemOf(none)).toBe(`not-found: there is no ${base}/v2/nothing`);
    const post = { ...asked, path: `${base}/v2/models/pets/infer` };
    expect(problemOf(post)).toBe('method-not-allowed: /v2/models/pets/infer takes POST, not GET');
    const named = requestedRoute(event({ ...asked, path: `${base}/v2/models/a/versions/b/ready` }));
    expect(named.variables).toEqual({ catalogue: 'a', model: 'b' });
  });

  it.each(routes.filter(({ method }) => method === 'GET'))(
    'HEAD $path comes by the default route',
    ({ path }) => {
      const asked = { routeKey: '$default', method: 'HEAD', path: base + path, ...at };
      expect(requestedRoute(event(asked)).path).toBe(path);
    },
  );

  it('a wrong method of a route comes by the default route', () => {
    const asked = { routeKey: '$default', method: 'DELETE', path: `${base}/v1/infer`, ...at };
    expect(problemOf(asked)).toBe('method-not-allowed: /v1/infer takes POST, not DELETE');
    const preflight = { ...asked, routeKey: 'OPTIONS /{proxy+}', method: 'OPTIONS' };
    expect(problemOf(preflight)).toBe('method-not-allowed: /v1/infer takes POST, not OPTIONS');
  });

  it.each(['/v2/infer', '/v1/infer/', '/', ''])('there is no "%s"', (path) => {
    const asked = { routeKey: '$default', method: 'POST', path: base + path, ...at };
    expect(problemOf(asked)).toBe(`not-found: there is no ${base}${path}`);
  });
});

it('a path that only ends as a route does is none', () => {
  const there = { routeKey: '$default', path: '/elsewhere/v1/time' };
  const none = 'not-found: there is no /elsewhere/v1/time';
  expect(problemOf({ ...there, method: 'HEAD' })).toBe(none);
  expect(problemOf({ ...there, method: 'GET', domainName: 'api.example.com' })).toBe(none);
});

it('an API that has the default route alone serves every route by its path', () => {
  for (const { method, path } of routes) {
    expect(requestedRoute(event({ routeKey: '$default', method, path })).path).toBe(path);
  }
});
