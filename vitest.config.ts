import { defineConfig } from 'vitest/config';

/** Those that start processes or threads, or synthesize. */
const process = [
  'test/bin/**/*.test.ts',
  'test/lib/infra/**/*.test.ts',
  'test/lib/local/**/*.test.ts',
  'test/lib/evaluation/{experiments,models,report}/**/*.test.ts',
  'test/lib/evaluation/cost/assumptions.test.ts',
  'test/models/**/*.test.ts',
];
/** Those of the whole service. */
const system = ['test/system/**/*.test.ts'];
/** Those that take long, side by side: no part of `npm test`. */
const slow = [
  'test/bin/start/ends.test.ts',
  'test/e2e/**/*.test.ts',
  'test/functions/fuzz.test.ts',
  'test/lib/evaluation/experiments/{expected-accuracy,hedging}.test.ts',
  'test/lib/infra/nag.test.ts',
  'test/lib/infra/variants/variants.test.ts',
  'test/package/**/*.test.ts',
];
/** Those that want the machine to themselves: no part of `npm test` either. */
const alone = [
  'test/lib/service/inference/telemetry.test.ts',
  'test/system/clocks/**/*.test.ts',
  'test/system/faults/{counts,scenarios}.test.ts',
  'test/system/{fuzz,live,model-in-s3,replacement}.test.ts',
];
const long = [...slow, ...alone];

/** The service and browsers tell fast from slow by the clock: once more where others use the machine. */
const retry = 1;

export default defineConfig({
  // An optional peer that only apps have; its test puts something in its place.
  resolve: { alias: { 'onnxruntime-react-native': 'onnxruntime-common' } },
  test: {
    // Nothing depends on how fast a machine is: these only end what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    maxWorkers: 3,
    // The modules of a file's tests are those of the next file's: nothing of theirs may be changed.
    isolate: false,
    // CDK's validation of templates takes longer than all that is tested; one file turns it on.
    env: { CDK_VALIDATION: 'false' },
    globalSetup: 'test/setup/temporary-files.ts',
    setupFiles: 'test/setup/after-each-file.ts',
    coverage: {
      provider: 'v8',
      include: ['lib/{core,service,client}/**/*.ts', 'functions/**/*.ts'],
      reporter: ['text', 'html'],
      thresholds: { 'lib/core/**': { 100: true } },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...process, ...system, ...long],
        },
      },
      { extends: true, test: { name: 'process', include: process, exclude: long } },
      {
        extends: true,
        test: {
          name: 'system',
          include: system,
          exclude: long,
          retry,
          globalSetup: 'test/setup/deployed-service.ts',
        },
      },
      { extends: true, test: { name: 'slow', include: slow, retry } },
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          retry,
          globalSetup: 'test/setup/deployed-service.ts',
        },
      },
    ],
  },
});
