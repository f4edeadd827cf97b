import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import type { Conditions } from '../../../../lib/playground/requests/session.ts';
import { clientCode } from '../../../../lib/playground/results/client-code.ts';

const device = { name: 'nano-24', file: 'nano-24.onnx' };
const usual: Conditions = {
  slaMs: 250,
  mode: 'race',
  policy: 'always',
  cloud: 'always',
  upload: 'adaptive',
};
const codeOf = (conditions: Partial<Conditions>, model: typeof device | undefined = device) =>
  clientCode({
    endpoint: 'http://127.0.0.1:8787',
    conditions: { ...usual, ...conditions },
    catalogue: 'shapes',
    device: model,
  });

describe('clientCode', () => {
  it('has the conditions that are chosen, and leaves defaults out', () => {
    expect(codeOf({})).toContain("endpoint: 'http://127.0.0.1:8787',\n  slaMs: 250,\n  onDevice:");
    const chosen = codeOf({ slaMs: 100, policy: 'when-needed' });
    expect(chosen).toContain("slaMs: 100,\n  duplication: 'when-needed',");
    expect(codeOf({ cloud: 'when-unsure' })).toContain("cloud: 'when-unsure',");
    expect(codeOf({ upload: 'view' })).toContain("upload: 'view',");
    expect(codeOf({ upload: 'view', mode: 'device-only' })).not.toContain('upload');
    expect(codeOf({ mode: 'device-only' })).toContain("mode: 'device-only',");
  });

  it('has no model on the device where none runs', () => {
    const code = codeOf({ mode: 'cloud-only' });
    expect(code).toContain("mode: 'cloud-only',");
    expect(code).not.toMatch(/onnxruntime|onInterim/);
    const without = clientCode({
      endpoint: 'http://127.0.0.1:8787',
      conditions: { ...usual, mode: 'cloud-only' },
      catalogue: 'shapes',
    });
    expect(without).not.toMatch(/onnxruntime|onInterim/);
  });

  it.each(['race', 'device-only', 'cloud-only'] as const)('is TypeScript in mode %s', (mode) => {
    expect(() => transformSync(codeOf({ mode }), { loader: 'ts' })).not.toThrow();
  });
});
