import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toResponse } from '../../../../lib/local/http/http-response.ts';

const of = (returned: unknown) => toResponse(Buffer.from(JSON.stringify(returned)));

describe('toResponse', () => {
  it('takes anything without statusCode for a JSON body', () => {
    for (const returned of [null, 5, [1], { a: 1 }]) {
      expect(of(returned)).toEqual({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify(returned)),
      });
    }
    expect(of('text')?.body.toString()).toBe('text');
  });

  it('makes header names lower case and drops those of the connection', () => {
    const headers = { 'X-A': 'b', 'Content-Length': 99, Connection: 'close' };
    expect(of({ statusCode: 200, headers })?.headers).toEqual({
      'content-type': 'text/plain;charset=UTF-8',
      'x-a': 'b',
    });
  });

  it('never throws, whatever a function returns', () => {
    const almost = fc.record(
      {
        statusCode: fc.anything(),
        headers: fc.anything(),
        body: fc.anything(),
        cookies: fc.anything(),
        isBase64Encoded: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const json = fc.oneof(fc.jsonValue(), almost).filter((it) => isJson(it));
    fc.assert(
      fc.property(json, (returned) => {
        const response = of(returned);
        if (response) expect(Number.isInteger(response.status)).toBe(true);
      }),
    );
  });
});

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
