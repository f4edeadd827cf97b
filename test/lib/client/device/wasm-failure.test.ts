import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  explainLoadFailure,
  requireWebAssembly,
} from '../../../../lib/client/device/wasm-failure.ts';

afterEach(() => vi.unstubAllGlobals());

describe('requireWebAssembly', () => {
  it('is content where it runs', () => {
    expect(requireWebAssembly).not.toThrow();
  });

  it('names the directive where it may not', () => {
    const module = () => {
      throw new Error('violates the Content Security policy');
    };
    vi.stubGlobal('WebAssembly', { Module: module });
    expect(requireWebAssembly).toThrow("add 'wasm-unsafe-eval' to its script-src");
  });

  it('says where there is none', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(requireWebAssembly).toThrow('no WebAssembly');
  });
});

describe('explainLoadFailure', () => {
  it.each([
    ['RangeError: WebAssembly.Memory(): could not allocate memory', 'not enough memory for "m"'],
    ['std::bad_alloc', 'not enough memory for "m"'],
    ['no available backend found. ERR: [wasm] TypeError: Failed to fetch', 'wasmPaths'],
    ['expected magic word 00 61 73 6d, found 3c 21 64 6f', 'wasmPaths'],
  ])('says what to do about: %s', (message, part) => {
    expect(explainLoadFailure(new Error(message), 'm')).toMatchObject({
      name: 'DeviceModelError',
      message: expect.stringContaining(part),
    });
  });

  it('leaves other errors as they are', () => {
    const error = new Error('the model has another shape');
    expect(explainLoadFailure(error, 'm')).toBe(error);
  });
});
