import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runMdi } from './run-mdi.ts';

const advise = (...args: string[]) => runMdi('advise', ...args);
const few = ['--requests', '200', '--slas-ms', '150,250'];

describe('mdi advise', () => {
  it('subset: says which models are enough and what that saves', async () => {
    const { code, out } = await advise('subset', '--profiles', 'table3', '--within', '2', ...few);
    expect(code).toBe(0);
    expect(out).toMatch(/11 models of table3, network residential, SLA 150, 250 ms, three-stage/);
    expect(out).toMatch(/\d of 11 models are within 2 points of all: .*InceptionV4/);
    expect(out).toMatch(/Saved: \d+ functions/);
  });

  it('subset: knows the memory of a catalogue’s functions', async () => {
    const { out } = await advise('subset', '--catalogue', 'shapes', '--json', ...few);
    const advice = JSON.parse(out);
    expect(advice.full.models).toHaveLength(7);
    expect(advice.enough.models.length).toBeLessThanOrEqual(7);
    expect(advice.saving.memoryMb).toBe(1769 * advice.saving.models);
  });

  it('duplication: says when the device begins', async () => {
    const { code, out } = await advise('duplication', '--risk-pct', '1,0', ...few);
    expect(code).toBe(0);
    expect(out).toMatch(/the device takes 35 ± 5 ms/);
    expect(out).toMatch(/With an SLA of 250 ms and a risk of 1 % the device .* runs are saved/);
    const { out: json } = await advise('duplication', '--risk-pct', '1', '--json', ...few);
    const { duplication, uploads } = JSON.parse(json);
    expect(duplication).toEqual([
      expect.objectContaining({ slaMs: 150, riskPct: 1, skippedPct: expect.any(Number) }),
      expect.objectContaining({ slaMs: 250 }),
    ]);
    expect(uploads.map(({ slaMs }: { slaMs: number }) => slaMs)).toEqual([150, 250]);
  });

  it('duplication: says how many uploads a device that is sure leaves out', async () => {
    const { out } = await advise('duplication', '--sure-pct', '90', ...few);
    expect(out).toContain('models of shapes, on the device resnet-24-views4');
    expect(out).toMatch(/│ +250 │ +the cloud │ +4\d\.\d │/);
    expect(out).toMatch(/│ +250 │ +90 │ +5\d\.\d │/);
    // Of these models nobody has measured what the device finds easy.
    const { out: paper } = await advise('duplication', '--profiles', 'table3', ...few);
    expect(paper).not.toContain('unsure');
  });

  it('device: says which model to carry', async () => {
    const { code, out } = await advise('device', '--device-profiles', 'table3', ...few);
    expect(code).toBe(0);
    expect(out).toMatch(/on the device table3 times 2\.34/);
    expect(out).toMatch(/advised/);
    const { out: json } = await advise('device', '--json', ...few);
    expect(JSON.parse(json)).toMatchObject({
      advised: { model: expect.any(String) },
      carried: expect.any(Array),
    });
  });

  describe('upload', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mdinference-advise-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    // A packet every 3 ms, for two seconds.
    const packets = Array.from({ length: 700 }, (_, i) => 3 * (i + 1)).join('\n');
    for (const file of ['lte.up', 'lte.down']) writeFileSync(join(folder, file), packets);
    const upload = (...args: string[]) =>
      advise('upload', '--traces', folder, '--requests', '100', ...args);

    it('says what choosing for each picture gains, with the catalogue’s own rungs', async () => {
      const figure = join(folder, 'ways.svg');
      const { code, out } = await upload('--slas-ms', '150,250', '--figure', figure);
      expect(code).toBe(0);
      expect(out).toMatch(/7 models of shapes, on the device 81\.37 %, 1 link, SLA 150, 250 ms/);
      expect(out).toMatch(/│ original +│ +1\d\d\.\d │/);
      expect(out).toMatch(/Choosing for each picture \(adaptive\) gives 9\d\.\d % with \d+\.\d KB/);
      expect(out).toMatch(/points over the view, \d+\.\d over originals, /);
      expect(readFileSync(figure, 'utf8')).toContain('KB sent');
    });

    it('takes models and rungs of the user’s', async () => {
      const rungs = join(folder, 'rungs.json');
      const loss = { meanBytes: 9_000, accuracyLossPct: 2 };
      const content = [
        { name: 'original', meanBytes: 100_000, accuracyLossPct: 0 },
        { name: 'view small', ...loss },
      ];
      writeFileSync(rungs, JSON.stringify({ rungs: content }));
      const args = ['--profiles', 'table3', '--rungs', rungs, '--slas-ms', '250', '--json'];
      const { out } = await upload(...args);
      const { uploads, overOriginalPct, byLink } = JSON.parse(out);
      expect(uploads.map((row: { upload: string }) => row.upload)).toEqual([
        ...['original', 'view', 'adaptive'],
      ]);
      expect(overOriginalPct).toBeGreaterThan(5);
      expect(byLink).toEqual([expect.objectContaining({ link: 'lte' })]);
    });

    it.each([
      ['recorded links', ['--traces', './nowhere'], /nowhere: cannot read the traces/],
      ['rungs', ['--profiles', 'c5'], /c5 .*was not measured: give --rungs <file>/],
      [
        'rungs of these models',
        ['--profiles', 'c5', '--rungs', 'models/shapes/catalogue.json'],
        /does not say what "\S+" loses/,
      ],
    ])('says plainly that there are no %s', async (_, args, message) => {
      const { code, error } = await upload(...args);
      expect(code).toBe(1);
      expect(error).toMatch(message);
      expect(error.trim()).not.toContain('\n');
    });
  });

  it.each([
    [[], 2, /Usage: mdi advise/],
    [['model'], 2, /unknown command 'model'/],
    [['subset', '--within', 'x'], 2, /--within/],
    [['subset', '--profiles', './nowhere.json'], 1, /no such file/],
    [['duplication', '--risk-pct', '0,200'], 2, /--risk-pct/],
    [['device', '--device-profiles', './nowhere.json'], 1, /no such file/],
    [['device', '--strategy', 'best'], 2, /--strategy/],
    [['upload'], 2, /--traces/],
  ])('%j is refused in plain words', async (args, expectedCode, message) => {
    const { code, out, error } = await advise(...args);
    expect(code).toBe(expectedCode);
    expect(out + error).toMatch(message);
    expect(error).not.toMatch(/\n\s+at /);
  });
});
