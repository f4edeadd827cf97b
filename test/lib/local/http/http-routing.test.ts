import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRouter } from '../../../../lib/local/http/http-routing.ts';

const keys = [
  '$default',
  'ANY /{proxy+}',
  'GET /pets/{id}',
  'ANY /pets/{id}',
  'GET /pets/dog',
  'GET /pets/{id}/toys/{toy}',
  'POST /',
];

describe('createRouter', () => {
  const find = createRouter(keys.map((routeKey) => ({ routeKey })));

  it.each([
    ['GET', '/pets/dog', 'GET /pets/dog', undefined],
    ['GET', '/pets/d%6Fg', 'GET /pets/dog', undefined],
    ['GET', '/pets/cat', 'GET /pets/{id}', { id: 'cat' }],
    ['PUT', '/pets/cat', 'ANY /pets/{id}', { id: 'cat' }],
    ['GET', '/pets/cat/', 'ANY /{proxy+}', { proxy: 'pets/cat/' }],
    ['GET', '/pets/a%2Fb', 'GET /pets/{id}', { id: 'a/b' }],
    ['GET', '/pets/1/toys/ball', 'GET /pets/{id}/toys/{toy}', { id: '1', toy: 'ball' }],
    ['GET', '/x/y/z', 'ANY /{proxy+}', { proxy: 'x/y/z' }],
    ['POST', '/', 'POST /', undefined],
    ['GET', '/', '$default', undefined],
  ])('%s %s -> %s', (method, path, routeKey, pathParameters) => {
    expect(find(method, path)).toEqual({ route: { routeKey }, pathParameters });
  });

  it('finds nothing without a fitting route or $default', () => {
    expect(createRouter([{ routeKey: 'GET /a' }])('POST', '/a')).toBeUndefined();
  });

  it('does not depend on the order of the routes', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(keys, { minLength: keys.length }),
        fc.webPath(),
        fc.constantFrom('GET', 'POST'),
        (shuffled, path, method) => {
          const other = createRouter(shuffled.map((routeKey) => ({ routeKey })));
          expect(other(method, `/pets${path}`)).toEqual(find(method, `/pets${path}`));
        },
      ),
    );
  });
});
