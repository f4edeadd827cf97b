import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { linksReportSchema } from '../../lib/evaluation/experiments/links-report.ts';
import { runMdi } from './run-mdi.ts';

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

const simulate = (...args: string[]) => runMdi('simulate', 'links', ...args);

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

describe('mdi simulate', () => {
  it('prints the paper’s values beside ours and writes the report', async () => {
    const out = join(tracesFolder({}), 'new', 'report');
    const { code, out: printed } = await runMdi(
      ...['simulate', 'fig3a', 'fig3b', 'table4', '--requests', '50', '--out', out],
    );
    expect(code).toBe(0);
    expect(printed).toMatch(/fig3a .*latency below static greedy, % .*43 /);
    expect(printed).toMatch(/table4 .*residential, MDInference .*80\.43/);
    expect(printed).toMatch(/and 2 numbers that the paper does not give/);
    for (const file of ['report.html', 'fig3a.svg', 'table4.svg', 'points.csv', 'summary.json']) {
      expect(existsSync(join(out, file)), file).toBe(true);
    }
    const html = readFileSync(join(out, 'report.html'), 'utf8');
    expect(html).toContain('mdi simulate fig3a fig3b table4 --requests 50');
  });

  it('prints the summary as JSON, with models, network and SLAs of the user’s', async () => {
    const folder = tracesFolder({ ...wifi, 'times.csv': 'inputMs,outputMs\n40,5\n60,8\n' });
    const { code, out } = await runMdi(
      ...['simulate', 'fig3a', 'links', '--profiles', 'c5'],
      ...['--slas-ms', '200:400:100', '--traces', folder, '--requests', '50', '--json'],
      ...['--out', join(folder, 'report'), '--network', `csv:${folder}/times.csv`],
    );
    expect(code).toBe(0);
    const rows: { experiment: string; paper: number | null }[] = JSON.parse(out);
    expect(new Set(rows.map(({ experiment }) => experiment))).toEqual(new Set(['fig3a', 'links']));
    expect(rows.every(({ paper, experiment }) => experiment === 'links' || paper === null)).toBe(
      true,
    );
    const points = readFileSync(join(folder, 'report', 'points.csv'), 'utf8');
    expect(points).toMatch(/fig3a,,c5,times\.csv,300,three-stage-as-printed,,50,1,meanMs,,/);
  });

  it('shows what is sent over recorded links, by rungs of the user’s', async () => {
    const folder = tracesFolder(wifi);
    const rungs = ['original', 'view'].map((name, i) => ({
      ...{ name, meanBytes: 90_000 / (1 + i) ** 2, accuracyLossPct: 0 },
    }));
    writeFileSync(join(folder, 'rungs.json'), JSON.stringify({ rungs }));
    const { code, out } = await runMdi(
      ...['simulate', 'practice', 'links', '--traces', folder, '--requests', '20', '--json'],
      ...['--rungs', join(folder, 'rungs.json'), '--out', join(folder, 'report')],
    );
    expect(code).toBe(0);
    const rows: { experiment: string; condition: string }[] = JSON.parse(out);
    for (const name of ['practice', 'links']) {
      const sent = rows.filter(
        ({ experiment, condition }) => experiment === name && condition.includes('sent: adaptive'),
      );
      expect(sent).toHaveLength(2);
    }
    const html = readFileSync(join(folder, 'report', 'report.html'), 'utf8');
    expect(html.match(/What is sent over recorded links/g)).toHaveLength(2);
  });

  it('takes a catalogue’s models', async () => {
    const folder = tracesFolder({});
    const { code } = await runMdi(
      ...['simulate', 'fig3b', '--catalogue', 'shapes', '--slas-ms', '100,200'],
      ...['--requests', '20', '--out', folder],
    );
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'points.csv'), 'utf8')).toMatch(/usagePct,resnet-/);
  });

  it.each([
    ['an experiment', ['fig9'], 1, /no experiment "fig9"/],
    ['a network', ['fig3a', '--network', 'wifi'], 1, /"wifi" is none of/],
    [
      'profiles',
      ['fig3a', '--profiles', './nowhere.json'],
      1,
      /nowhere\.json: cannot read profiles: no such file/,
    ],
    ['a network that does not fit', ['fig4', '--network', 'link:./x/y'], 1, /cannot read/],
    ['recorded links', ['fig3a', 'links'], 1, /links: it needs recorded links: --traces/],
    ['rungs without links', ['practice', '--rungs', 'x'], 2, /'--rungs <file>' needs '--traces/],
    ['an SLA', ['fig3a', '--slas-ms', 'soon'], 2, /--slas-ms/],
    ['a range', ['fig3a', '--slas-ms', '9:1:1'], 2, /FROM:TO:STEP/],
    ['threads', ['fig3a', '--workers', '0'], 2, /--workers/],
    [
      'two models’ sources',
      ['fig3a', '--profiles', 'p2', '--url', 'http://x'],
      2,
      /cannot be used/,
    ],
  ])('names %s that is wrong, in one line', async (_, args, expectedCode, message) => {
    const { code, error } = await runMdi('simulate', ...args, '--out', tracesFolder({}));
    expect(code).toBe(expectedCode);
    expect(error).toMatch(message);
    expect(error).not.toMatch(/\n\s+at /);
  });
});
