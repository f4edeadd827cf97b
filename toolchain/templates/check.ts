#!/usr/bin/env node
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { synthesizeVariant } from '../../test/lib/infra/variants/synthesized-variant.ts';
import { variants } from '../../test/lib/infra/variants/variants.ts';

/*
 * Whether cfn-lint, which AWS maintains and which knows more of CloudFormation than its specification says, finds
 * nothing in the template of any variant.
 */

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));

// CDK says that a "DependsOn" is more than needed (W3005), and which "Fn::Join" may be an "Fn::Sub" (I1022).
const ignored = ['W3005', 'I1022'];

const folder = mkdtempSync(join(tmpdir(), 'mdinference-templates-'));
// What the variants write goes there, too.
process.env.TMPDIR = folder;
// Another judge's turn.
process.env.CDK_VALIDATION = 'false';
try {
  check();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function check(): void {
  if (spawnSync('python3', ['-c', 'import venv, ensurepip']).status !== 0) {
    console.log('cfn-lint: skipped, for there is no Python 3 with venv here');
    return;
  }
  const environment = join(folder, 'venv');
  execFileSync('python3', ['-m', 'venv', environment]);
  const bin = join(environment, 'bin');
  execFileSync(join(bin, 'pip'), ['install', '--quiet', '--requirement', requirements], {
    stdio: 'inherit',
  });
  const files = variants.flatMap((variant) => {
    const outdir = join(folder, variant.name);
    mkdirSync(outdir);
    const { templates, seconds } = synthesizeVariant(variant, outdir);
    const each = [...templates.values()];
    const resources = each.map(({ Resources }) => Object.keys(Resources).length).join(' + ');
    const kilobytes = each.map((it) => (JSON.stringify(it).length / 1e3).toFixed(0)).join(' + ');
    console.log(
      `${variant.name}: ${resources} resources, ${kilobytes} kB, synthesized in ${seconds.toFixed(1)} s`,
    );
    return [...templates.keys()].map((file) => join(outdir, file));
  });
  const startMs = performance.now();
  const options = ['--ignore-checks', ...ignored, '--'];
  const { status } = spawnSync(join(bin, 'cfn-lint'), [...options, ...files], { stdio: 'inherit' });
  if (status !== 0) throw new Error('cfn-lint has found faults in these templates');
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`cfn-lint: no complaints about ${files.length} templates (${seconds} s)`);
}
