import type { ModelsResponse } from '../../lib/core/contract/messages.ts';
import { findDominated } from '../../lib/core/selection/ranking.ts';
import { plainTable } from '../shared/output.ts';

/** The models with their profiles, for people. */
export function modelTable({ models }: ModelsResponse): string {
  const head = ['model', 'top-1 %', 'mean ms', '± ms', 'p95 ms', 'samples'];
  const table = plainTable(head, { compact: true });
  for (const { name, accuracyPct, profile } of models) {
    table.push([
      name,
      accuracyPct.toFixed(1),
      profile.meanMs.toFixed(2),
      profile.stdMs.toFixed(2),
      profile.p95Ms.toFixed(2),
      profile.samples,
    ]);
  }
  return [table.toString(), ...dominatedLines(models)].join('\n');
}

/** Selection hardly ever chooses these: better to say so before people wonder. */
function dominatedLines(models: ModelsResponse['models']): string[] {
  const rated = models.map(({ name, accuracyPct, profile }) => ({ ...profile, name, accuracyPct }));
  return [...findDominated(rated)].map(
    ([{ name }, better]) =>
      `Note: ${name} is dominated: ${better.name} is at least as fast and as accurate.`,
  );
}

/** A request that works as it is printed. */
export function curlLine(url: string, image: string): string {
  const type = image.endsWith('.png') ? 'image/png' : 'image/jpeg';
  return [
    `curl --data-binary @${image} -H 'content-type: ${type}' -H 'mdi-sla-ms: 250' \\`,
    `     -H "mdi-upload-start: $(date +%s%3N)" ${url}/v1/infer`,
  ].join('\n');
}
