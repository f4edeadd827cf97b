/** How fast requests are simulated: one thread for each selector, and whole commands. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainTable } from '../bin/shared/output.ts';
import { type Cell, CellRunner } from '../lib/evaluation/engine/cells/cell.ts';
import { countDistinct } from '../lib/evaluation/engine/cells/run-cells.ts';
import { paperNetwork } from '../lib/evaluation/engine/network/networks.ts';
import { deviceAccuracyPct, profileSets } from '../lib/evaluation/engine/profiles/profile-sets.ts';
import { selectorNames } from '../lib/evaluation/engine/selectors.ts';
import { defaultInputs } from '../lib/evaluation/experiments/experiment.ts';
import { chooseExperiments } from '../lib/evaluation/experiments/run.ts';
import { packageRoot } from '../lib/infra/package-files.ts';

const common: Cell = {
  ...{ profiles: 'table3', models: profileSets.table3.models, network: paperNetwork },
  ...{ slaMs: 150, requests: 10_000, seed: 1, deviceAccuracyPct, clockErrorMs: 0 },
  selector: 'three-stage',
};

const selectors = plainTable(['selector', '11 models: requests/s', '23 models: requests/s']);
for (const selector of selectorNames) {
  const speeds = (['table3', 'p2'] as const).map((set) =>
    perSecond({ ...common, selector, profiles: set, models: profileSets[set].models }),
  );
  selectors.push([selector, ...speeds.map(thousands)]);
}
console.log(`One thread:\n${selectors}`);

const commands = plainTable(['command', 'points', 'requests', 's', 'requests/s']);
for (const name of ['fig3a', 'all']) {
  const { chosen } = chooseExperiments([name], defaultInputs);
  const cells = chosen.flatMap((experiment) => experiment.plan(defaultInputs));
  const requests = countDistinct(cells) * defaultInputs.requests;
  const seconds = secondsOf(name);
  commands.push([
    `mdi simulate ${name}`,
    countDistinct(cells),
    requests.toLocaleString('en'),
    seconds.toFixed(2),
    thousands(requests / seconds),
  ]);
}
console.log(`Whole commands with their reports, ${availableParallelism()} threads:\n${commands}`);

/** The best of some runs after one that warms the JIT up. */
function perSecond(cell: Cell): number {
  const runner = new CellRunner();
  const slow = cell.selector === 'expected-accuracy';
  const times = Array.from({ length: slow ? 3 : 12 }, (_, i) => {
    const startMs = performance.now();
    runner.run({ ...cell, slaMs: cell.slaMs + i });
    return performance.now() - startMs;
  });
  return (1000 * cell.requests) / Math.min(...times.slice(1));
}

function secondsOf(name: string): number {
  const out = mkdtempSync(join(tmpdir(), 'mdinference-bench-'));
  const startMs = performance.now();
  const command = [join(packageRoot, 'bin/mdi.js'), 'simulate', name, '--out', out];
  execFileSync(process.execPath, command, { stdio: 'ignore' });
  const seconds = (performance.now() - startMs) / 1000;
  rmSync(out, { recursive: true });
  return seconds;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en');
}
