import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { InvalidPropertyError } from '../../../lib/index.ts';
import { resolveCatalogue } from '../../../lib/infra/package-files.ts';
import { profilingOf } from '../../../lib/infra/profiling.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { propertiesOf, synthesized } from './synthesized.ts';

describe('profiling', () => {
  it('has settings, which reach the profiler', () => {
    const { template } = synthesized({
      profiling: {
        modelsAtOnce: 3,
        maxRuns: 50,
        timePerModel: Duration.seconds(20),
        precisionPct: 5,
        timeout: Duration.minutes(10),
      },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          MDI_PROFILE_CONCURRENCY: '3',
          MDI_PROFILE_MAX_RUNS: '50',
          MDI_PROFILE_MODEL_MS: '20000',
          MDI_PROFILE_PRECISION: '0.05',
          MDI_PROFILE_TIMEOUT_MS: '600000',
        },
      },
    });
    const [profiles] = propertiesOf(template, 'Custom::MdInferenceProfiles');
    expect(profiles?.ServiceTimeout).toBe('900');
  });

  it.each([
    [{ modelsAtOnce: 0 }, /^Test: profiling.modelsAtOnce must be a whole number from 1 to 100/],
    [{ modelsAtOnce: Number.NaN }, /modelsAtOnce .*, not NaN$/],
    [{ maxRuns: 9 }, /profiling.maxRuns must be a whole number from 10, not 9$/],
    [{ precisionPct: 0 }, /profiling.precisionPct must be from 0.1 to 100, not 0$/],
    [{ precisionPct: Number.NaN }, /not NaN$/],
    [{ timeout: Duration.minutes(15) }, /profiling.timeout must be 1 to 14 minutes, not .*15/],
    [{ timePerModel: Duration.millis(10) }, /profiling.timePerModel must be 1 s to `timeout`/],
    [{ timePerModel: Duration.minutes(5), timeout: Duration.minutes(2) }, /timePerModel/],
  ])('that cannot work is refused: %j', (profiling, message) => {
    const scope = new Stack(new App(), 'Test');
    expect(() => profilingOf(scope, profiling)).toThrow(InvalidPropertyError);
    expect(() => profilingOf(scope, profiling)).toThrow(message);
  });
});

describe('what was measured', () => {
  /** The attribute behind each model's output. */
  const attributes = ({ template }: ReturnType<typeof synthesized>) =>
    Object.fromEntries(
      Object.values(template.findOutputs('*')).flatMap(({ Value, Description = '' }) => {
        const [, model] = /^Service time of (.*), measured at deploy$/.exec(Description) ?? [];
        return model === undefined ? [] : [[model, Value['Fn::GetAtt'][1]]];
      }),
    );

  it('is told by the model’s name, whatever the order of the models', () => {
    const folder = temporaryFolder();
    cpSync(resolveCatalogue('shapes'), folder, { recursive: true });
    const path = join(folder, 'catalogue.json');
    const catalogue = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...catalogue, models: catalogue.models.toReversed() }));

    const before = attributes(synthesized());
    expect(Object.keys(before)).toHaveLength(catalogue.models.length);
    expect(new Set(Object.values(before)).size).toBe(catalogue.models.length);
    expect(attributes(synthesized({ catalogue: folder }))).toEqual(before);
  });
});
