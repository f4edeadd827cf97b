import type { Experiment } from './experiment.ts';
import { fig3a } from './fig3a.ts';
import { fig3b } from './fig3b.ts';
import { fig4 } from './fig4.ts';
import { fig5 } from './fig5.ts';
import { fig6 } from './fig6.ts';
import { fig7 } from './fig7.ts';
import { fig8 } from './fig8.ts';
import { links } from './links.ts';
import { practice } from './practice.ts';
import { realistic } from './realistic.ts';
import { table4 } from './table4.ts';

/** All experiments, the paper's in its order, then those beyond it. */
export const experiments: readonly Experiment[] = [
  ...[fig3a, fig3b, fig4, fig5, fig6, fig7, table4, fig8],
  ...[practice, realistic, links],
];
