import type { Result } from '../engine/cells/run-cells.ts';
import { usagePanels } from '../figures/usage-panels.ts';
import { comparedRows, type Experiment, type Findings, type Inputs } from './experiment.ts';
import { cvPctOf, planVariability, unfitForVariability } from './variability.ts';

/** Figure 5: which models MDInference uses on increasingly variable networks. */
export const fig5: Experiment = {
  name: 'fig5',
  title: 'The more the network varies, the more models are needed',
  source: 'Figure 5',
  unfit: unfitForVariability,
  plan: planVariability,
  report,
};

function report(results: readonly Result[], inputs: Inputs): Findings {
  const slasMs = [...new Set(results.map(({ cell }) => cell.slaMs))];
  const models = results[0]?.cell.models ?? [];
  const of = (slaMs: number) => results.filter(({ cell }) => cell.slaMs === slaMs);
  const at = (slaMs: number, cvPct: number) =>
    of(slaMs).find((result) => cvPctOf(result) === cvPct)?.outcome.usagePct ?? [];
  const inUse = (slaMs: number, cvPct: number) =>
    at(slaMs, cvPct).filter((share) => share >= 1).length;
  const rows = slasMs.flatMap((slaMs) => [
    ...[0, 50, 100].map((cvPct) => ({
      condition: `SLA ${slaMs} ms, CV ${cvPct} %`,
      metric: 'models that answer at least 1 %',
      ours: inUse(slaMs, cvPct),
    })),
    {
      condition: `SLA ${slaMs} ms, CV 0 %`,
      metric: 'share of the model used most, %',
      ours: Math.max(...at(slaMs, 0)),
    },
  ]);
  const counts = slasMs.map((slaMs) => `${inUse(slaMs, 100)} at an SLA of ${slaMs} ms`);
  return {
    says:
      'On a steady network one model answers everything; where the deviation is as large as the mean, ' +
      `${counts.join(' and ')} have work to do.`,
    summary: comparedRows(inputs, rows),
    figure: usagePanels(
      'CV of the network time, %',
      models,
      slasMs.map((slaMs) => ({
        title: `SLA ${slaMs} ms: share of the requests, %`,
        points: of(slaMs).map((result) => ({
          x: cvPctOf(result),
          usagePct: result.outcome.usagePct,
        })),
      })),
    ),
  };
}
