import { defineConfig } from 'vitest/config';

/** The fast tests of what `npm run mutate` changes (stryker.config.json). */
export default defineConfig({
  test: {
    include: [
      'test/functions/**/*.test.ts',
      'test/lib/core/selection/**/*.test.ts',
      'test/lib/service/inference/breakers.test.ts',
      'test/lib/service/profiles/**/*.test.ts',
      'test/lib/client/**/*.test.ts',
    ],
    exclude: [
      'test/lib/service/profiles/store-on-table.test.ts',
      'test/lib/client/{anywhere,client-alone,examples,onnxruntime-web,real-fetch}.test.ts',
    ],
    testTimeout: 30_000,
  },
});
