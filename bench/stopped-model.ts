import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

/*
 * Accuracy and attainment with and without hedging, where a model is stopped (SIGSTOP) for 5 s every 20 s:
 * `mdi start` and `mdi simulate --live` over a recorded link, the same requests each time. Linux only.
 */

const { values } = parseArgs({
  options: {
    traces: { type: 'string', default: '../shared/traces' },
    trace: { type: 'string', default: 'TMobile-LTE-short' },
    model: { type: 'string', default: 'resnet-128-views16' },
    shares: { type: 'string', default: '0.05,0' },
  },
});
const stoppedMs = 5_000;
const everyMs = 20_000;

for (const share of values.shares.split(',')) {
  const dataDir = mkdtempSync(join(tmpdir(), 'mdinference-stopped-'));
  const start = ['start', '--port', '0', '--data-dir', dataDir, '--hedge-share', share];
  const service = mdi(start, 'pipe');
  let url = '';
  for await (const line of createInterface({ input: service.stdout })) {
    if (line.startsWith('http://')) url = line;
    if (line.startsWith('Ready after')) break;
  }
  const { traces, trace } = values;
  const link = ['--traces', traces, '--trace', trace, '--sla', '250', '--rate', '5'];
  console.log(`\n--hedge-share ${share}`);
  const live = mdi(['simulate', '--live', url, ...link, '--out', join(dataDir, 'live')], 'inherit');
  await stopAgainAndAgain(values.model, () => live.exitCode !== null);
  service.kill('SIGINT');
  await new Promise((resolve) => service.once('exit', resolve));
  rmSync(dataDir, { recursive: true, force: true });
}

function mdi(args: string[], stdout: 'pipe' | 'inherit') {
  const child = spawn(process.execPath, ['bin/mdi.js', ...args], {
    stdio: ['ignore', stdout, 'inherit'],
  });
  return child as typeof child & { stdout: NonNullable<typeof child.stdout> };
}

async function stopAgainAndAgain(model: string, isOver: () => boolean): Promise<void> {
  for (let passedMs = 0; !isOver(); passedMs += 100) {
    const isStopped = passedMs % everyMs >= everyMs - stoppedMs;
    // New processes are started meanwhile.
    signal(model, isStopped ? 'SIGSTOP' : 'SIGCONT');
    await delay(100);
  }
  signal(model, 'SIGCONT');
}

function signal(model: string, name: NodeJS.Signals): void {
  for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    try {
      const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      if (variables.includes(`MDI_MODEL=${model}`)) process.kill(pid, name);
    } catch {
      // It is somebody else's, or has ended.
    }
  }
}
