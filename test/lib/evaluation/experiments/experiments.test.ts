import { beforeAll, describe, expect, it } from 'vitest';
import { paperNetwork } from '../../../../lib/evaluation/engine/network/networks.ts';
import { profileSets } from '../../../../lib/evaluation/engine/profiles/profile-sets.ts';
import {
  defaultInputs,
  type Findings,
  type Inputs,
} from '../../../../lib/evaluation/experiments/experiment.ts';
import { experiments, runExperiments } from '../../../../lib/evaluation/experiments/run.ts';
import { summaryOfSections } from '../../../../lib/evaluation/report/summary.ts';

const inputs: Inputs = { ...defaultInputs, requests: 1_500 };
/** The others need more than there is by default. */
const withoutInputs = experiments.filter(({ unfit }) => unfit?.(inputs) === undefined);

/** What all experiments find, in one run: many of their points are the same. */
async function findingsOfAll(changes: Partial<Inputs> = {}): Promise<Map<string, Findings>> {
  const sections = await runExperiments(withoutInputs, { ...inputs, ...changes });
  return new Map(sections.map(({ experiment, findings }) => [experiment.name, findings]));
}

let usual: Map<string, Findings>;
beforeAll(async () => {
  usual = await findingsOfAll();
}, 120_000);

function findingsOf(name: string): Findings {
  const findings = usual.get(name);
  if (!findings) throw new Error(`no ${name}`);
  return findings;
}

function row({ summary }: Findings, metric: RegExp, condition: RegExp) {
  const found = summary.filter((one) => metric.test(one.metric) && condition.test(one.condition));
  expect(found, `${metric} ${condition}`).toHaveLength(1);
  return found[0]!;
}

/** Its 32 numbers are compared with the paper's to 0.8 points: that takes more requests. */
async function table4(): Promise<Findings> {
  const chosen = experiments.filter(({ name }) => name === 'table4');
  const [section] = await runExperiments(chosen, { ...inputs, requests: 20_000 });
  if (!section) throw new Error('no table4');
  return section.findings;
}

describe('the paper’s figures', () => {
  it('3a: up to 43 % faster than static greedy', async () => {
    const findings = findingsOf('fig3a');
    const { paper, ours } = row(findings, /latency below static greedy/, /largest/);
    expect(paper).toBe(43);
    expect(Math.abs(ours - 43)).toBeLessThan(1);
    expect(row(findings, /accuracy, %/, /SLA 115 ms/).ours).toBeGreaterThan(63);
    expect(findings.says).toMatch(/at an SLA of 115 ms/);
  });

  it('3b: InceptionResNetV2 is never selected', async () => {
    const findings = findingsOf('fig3b');
    expect(row(findings, /InceptionResNetV2/, /any SLA/)).toMatchObject({ paper: 0, ours: 0 });
    expect(row(findings, /fastest model/, /SLA 30 ms/).ours).toBeGreaterThan(90);
  });

  it('4: about 80 % on a network whose deviation is its mean, with an SLA of 250 ms', async () => {
    const findings = findingsOf('fig4');
    const { paper, ours } = row(findings, /accuracy/, /SLA 250 ms, CV 100 %/);
    expect(paper).toBe(80);
    expect(Math.abs(ours - 80)).toBeLessThan(3);
    expect(row(findings, /attainment/, /SLA 100 ms, CV 0 %/).ours).toBe(0);
  });

  it('5: one model on a steady network, several on one that varies', async () => {
    const findings = findingsOf('fig5');
    expect(row(findings, /at least 1 %/, /SLA 250 ms, CV 0 %/).ours).toBe(1);
    expect(row(findings, /at least 1 %/, /SLA 250 ms, CV 100 %/).ours).toBeGreaterThan(4);
  });

  it('6: Equation 3 as printed uses NasNet Fictional a lot, stage one alone loses nothing', async () => {
    const findings = findingsOf('fig6');
    expect(row(findings, /below related accurate/, /as printed/).ours).toBeGreaterThan(8);
    expect(row(findings, /below related accurate/, /stage one/).ours).toBe(0);
    expect(Math.abs(row(findings, /Fictional/, /300 ms/).ours - 36)).toBeLessThan(4);
  });

  it('7: 7.3 points above the most accurate model at 250 ms', async () => {
    const { paper, ours } = row(findingsOf('fig7'), /above static accuracy/, /250 ms/);
    expect(paper).toBe(7.32);
    expect(Math.abs(ours - 7.32)).toBeLessThan(1.5);
  });

  it('Table IV: 16 cells from 23 models, and not from Table III’s 11', async () => {
    const { summary } = await table4();
    const compared = summary.filter(({ paper }) => paper !== null);
    expect(compared).toHaveLength(32);
    for (const { paper, ours, condition } of compared) {
      if (condition.includes('Table III')) continue;
      expect(Math.abs(ours - (paper ?? 0)), condition).toBeLessThan(0.8);
    }
    const wrong = compared.find(({ condition, metric }) =>
      /university, static latency, Table III.*accuracy/.test(`${condition} ${metric}`),
    );
    expect(wrong?.ours).toBeGreaterThan(49);
  });

  it('8: twenty requests, the most accurate model late more often than MDInference', async () => {
    const findings = findingsOf('fig8');
    const late = (name: RegExp) => row(findings, /late answers of 20/, name).ours;
    expect(late(/static accuracy/)).toBeGreaterThan(late(/MDInference/));
  });
});

describe('beyond the paper', () => {
  it('practice: MDInference is right in time more often than what is done today', async () => {
    const { table } = findingsOf('practice');
    const at = (approach: string) =>
      table?.rows.find(
        ([, network, sla, name]) =>
          network === 'residential' && sla === '250 ms' && name === approach,
      );
    const inTime = (approach: string) => Number(at(approach)?.[4]);
    const ours = inTime('MDInference');
    for (const approach of [
      ...['on the device only', 'always the largest model', 'same request to two models'],
      ...['device first, cloud where it cannot', 'cloud first, device after a time-out'],
      ...['cheapest model of at least 70 %', 'cloud only, a model that fits the SLA'],
    ]) {
      expect(inTime(approach), approach).toBeLessThan(ours);
    }
    expect(inTime('oracle')).toBeGreaterThanOrEqual(ours);
    expect(at('MDInference')?.[5]).toBe('0.00');
    expect(at('same request to two models')?.[9]).toBe('200');
    expect(at('cloud first, device after a time-out')?.[8]).not.toBe('0');
  });

  it('realistic: what the paper’s rule loses, and the oracle above all', async () => {
    const findings = findingsOf('realistic');
    const accuracy = (condition: RegExp) => row(findings, /accuracy/, condition).ours;
    expect(accuracy(/in mean and deviation.*MDInference as deployed$/)).toBeLessThan(
      accuracy(/known apart.*MDInference as deployed$/) - 15,
    );
    expect(accuracy(/^small answers: .*expected accuracy$/)).toBeGreaterThan(
      accuracy(/^small answers: .*MDInference as deployed$/),
    );
    expect(accuracy(/^small answers, .*oracle/)).toBeGreaterThan(
      accuracy(/^small answers, .*expected accuracy$/),
    );
  });

  it('realistic: hedging says what it costs, in summary and table', () => {
    const findings = findingsOf('realistic');
    const extra = findings.summary.filter(({ metric }) => metric === 'extra invocations, %');
    expect(extra).toHaveLength(8 * 4);
    for (const { ours } of extra) expect(ours).toBeLessThanOrEqual(5);
    expect(findings.says).toMatch(/hedged, with \d\.\d % extra invocations/);
    expect(findings.table?.rows).toHaveLength(8 * 7);
    const cold = findings.table?.rows.find(
      ([world, , selector]) =>
        world === '1 % cold starts, known apart' && selector === 'expected accuracy, hedged',
    );
    expect(Number(cold?.[4])).toBeGreaterThan(99.7);
    expect(Number(cold?.[6])).toBeGreaterThan(0.5);
  });

  it('links: not without any', () => {
    const links = experiments.find(({ name }) => name === 'links');
    expect(links?.unfit?.(inputs)).toMatch(/--traces/);
  });
});

let ofOthers: readonly Map<string, Findings>[];
beforeAll(async () => {
  const others = [
    { profiles: { ...profileSets.c5, name: 'mine' }, slasMs: [300, 900] },
    { network: { ...paperNetwork, kind: 'gamma' as const, name: 'gamma' }, slasMs: [100, 250] },
  ];
  ofOthers = await Promise.all(others.map((other) => findingsOfAll({ ...other, requests: 60 })));
}, 120_000);

describe.each(withoutInputs)('$name', ({ name, ...own }) => {
  it('compares nothing with the paper when models or network are other ones', () => {
    for (const findings of ofOthers) {
      const { summary, says } = findings.get(name) ?? {};
      expect(summary?.every(({ paper }) => paper === null)).toBe(true);
      expect(says).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it('plans with what it is given', () => {
    const cells = own.plan({ ...inputs, requests: 7, seed: 3, slasMs: [123] });
    expect(cells.length).toBeGreaterThan(0);
    for (const cell of cells) {
      expect(cell).toMatchObject({ seed: 3, slaMs: 123 });
      expect([7, 20]).toContain(cell.requests);
    }
  });
});

it('has a summary of all sections', async () => {
  const chosen = experiments.filter(({ name }) => ['fig3a', 'fig3b'].includes(name));
  let planned = 0;
  let done = 0;
  const sections = await runExperiments(
    chosen,
    { ...inputs, requests: 50 },
    {
      onPlanned: (points) => {
        planned = points;
      },
      onCell: () => done++,
    },
  );
  // Both figures are drawn from the same points of MDInference.
  expect(planned).toBe(102);
  expect(done).toBe(planned);
  expect(sections[1]?.results).toHaveLength(51);
  expect(new Set(summaryOfSections(sections).map(({ experiment }) => experiment))).toEqual(
    new Set(['fig3a', 'fig3b']),
  );
});
