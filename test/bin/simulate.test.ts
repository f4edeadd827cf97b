import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { linksReportSchema } from '../../lib/simulation/links-report.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function tracesFolder(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'mdinference-traces-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function simulate(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  return new Promise((resolve) => {
    const command = ['bin/mdi.ts', 'simulate', 'links', ...args];
    execFile(process.execPath, command, { cwd: root }, (failure, out, error) => {
      resolve({ code: failure ? Number(failure.code) : 0, out, error });
    });
  });
}

const everyMs = Array.from({ length: 3000 }, (_, i) => i + 1).join('\n');
const wifi = { 'wifi.up': everyMs, 'wifi.down': everyMs };

describe('mdi simulate links', () => {
  it('prints cells and means as JSON', async () => {
    const args = ['--traces', tracesFolder(wifi), '--requests', '50', '--json'];
    const { code, out } = await simulate(...args);
    expect(code).toBe(0);
    const { cells, means } = linksReportSchema.parse(JSON.parse(out));
    expect(cells).toHaveLength(2 * 4 * 3);
    expect(cells[0]).toMatchObject({ profile: 'p2', trace: 'wifi', slaMs: 150 });
    expect(Object.keys(means)).toEqual(['three-stage', 'expected-accuracy', 'oracle']);
  });

  it('runs another scenario when told so', async () => {
    const args = ['--traces', tracesFolder(wifi), '--requests', '20', '--strategies', 'oracle'];
    const meansOf = async (...more: string[]) => {
      const { out } = await simulate(...args, '--json', ...more);
      return linksReportSchema.parse(JSON.parse(out)).means.oracle;
    };
    expect(await meansOf('--base-delay-ms', '5000', '--device-accuracy-pct', '12')).toEqual({
      accuracyPct: expect.closeTo(12, 9),
      reliancePct: 100,
    });
    const small = await meansOf('--upload-mean-bytes', '1000', '--upload-std-bytes', '0');
    expect(small?.reliancePct).toBe(0);
  });

  it('prints a table with the means at its end', async () => {
    const args = ['--traces', tracesFolder(wifi), '--requests', '20', '--strategies', 'oracle'];
    const { out } = await simulate(...args);
    expect(out).toMatch(/c5 .*wifi .*2000/);
    expect(out.trim().split('\n').at(-2)).toMatch(/mean .* \/ /);
  });

  it.each([
    ['no folder', [], 2, /--traces/],
    ['a folder that is not there', ['--traces', './nowhere'], 1, /nowhere/],
    ['an unknown strategy', ['--traces', '.', '--strategies', 'best'], 2, /"best" is none of/],
    ['a delay that is no number', ['--traces', '.', '--base-delay-ms', 'x'], 2, /--base-delay-ms/],
    ['no requests', ['--traces', '.', '--requests', '0'], 2, /--requests/],
  ])('says plainly that there is %s', async (_, args, expectedCode, message) => {
    const { code, error } = await simulate(...args);
    expect(code).toBe(expectedCode);
    expect(error).toMatch(message);
    expect(error).not.toMatch(/\n\s+at /);
  });

  it.each([
    ['an empty folder', {}, /no packet-delivery trace/],
    ['half a link', { 'lte.up': everyMs }, /no lte\.down/],
    ['a file that is no trace', { ...wifi, 'wifi.up': 'hello' }, /wifi\.up, line 1/],
  ])('names %s', async (_, files, message) => {
    const { code, error } = await simulate('--traces', tracesFolder(files));
    expect(code).toBe(1);
    expect(error).toMatch(message);
  });
});
