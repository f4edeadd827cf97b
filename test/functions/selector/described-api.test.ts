import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { expect, it } from 'vitest';
import { describedApi } from '../../../functions/selector/described-api.ts';
import { apiEvent } from './made-up-service.ts';

const described = (headers: Record<string, string>, authorizer?: object) => {
  const event = apiEvent({ path: '/openapi.json', method: 'GET', headers });
  Object.assign(event.requestContext, { authorizer });
  return describedApi(event as APIGatewayProxyEventV2);
};

it.each([
  ['the domain of the API', {}, 'https://a1b2c3.execute-api.eu-west-1.amazonaws.com'],
  ['the host that was called', { host: 'api.example.com' }, 'https://api.example.com'],
  ['one machine', { host: '127.0.0.1:8787', 'x-forwarded-proto': 'http' }, 'http://127.0.0.1:8787'],
  ['an IPv6 address', { host: '[::1]:8787', 'x-forwarded-proto': 'http' }, 'http://[::1]:8787'],
  [
    'a proxy’s host',
    { host: 'inside', 'x-forwarded-host': 'api.example.com, proxy.example.com' },
    'https://api.example.com',
  ],
  ['no host that is none', { host: 'a/b?c', 'x-forwarded-host': '"><' }, /^https:\/\/a1b2c3\./],
])('is at %s', (_, headers, url) => {
  expect(described(headers).url).toMatch(url);
});

it.each([
  ['a stage', '/prod', 'https://api.example.com/prod'],
  ['a mapping key', '/models/v 2', 'https://api.example.com/models/v%202'],
])('is below %s', (_, base, url) => {
  const headers = { host: 'api.example.com' };
  const event = apiEvent({ path: `${base}/openapi.json`, method: 'GET', headers });
  expect(describedApi(event).url).toBe(url);
});

it.each([
  ['anybody', undefined, 'anybody'],
  ['who signs', { iam: { accountId: '111122223333' } }, 'iam'],
  [
    'who has a token',
    { jwt: { claims: { iss: 'https://login.example.com' }, scopes: null } },
    { issuer: 'https://login.example.com' },
  ],
])('may be called by %s', (_, authorizer, callers) => {
  expect(described({}, authorizer).callers).toEqual(callers);
});
