import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { synthesizeFixture } from '../fixture/app.ts';
import { type RunningFixture, runFixture } from '../fixture/running.ts';

/** Of what folders are called, all that means something else in a URL, a pattern or a list of paths. */
const awkward =
  process.platform === 'win32' ? 'C# 100% a%20b [x] {y}' : 'C# 100% a%20b [x] {y} ? * : \\ "q"';

let fixture: RunningFixture;

beforeAll(async () => {
  const folder = join(temporaryFolder(), awkward);
  fixture = await runFixture(synthesizeFixture({ outdir: folder }), {
    hostModules: { names: ['zod'], from: fileURLToPath(import.meta.url) },
  });
});
afterAll(() => fixture.assembly.close());

describe('with modules of the host, in a folder with an awkward name', () => {
  it('a function gets those from the machine, the others from its layer, and nothing else', async () => {
    const { error, payload } = await fixture.invoke('Layered', {});
    expect(error).toBeUndefined();
    expect(payload).toMatchObject({
      greeting: 'hello from the layer',
      data: 'layer data',
      project: 'found',
      dependency: 'MODULE_NOT_FOUND',
    });
  });

  it('an ES module is imported', async () => {
    const { error, payload } = await fixture.invoke('Modern', {});
    expect(error).toBeUndefined();
    expect(payload).toBeDefined();
  });
});
