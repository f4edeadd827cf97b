import { requestOutcome } from '../client/api/outcome.ts';
import { ClassifyError, type Race } from '../client/index.ts';
import { AnswerPanel } from './panels/answer.ts';
import { BudgetPanel } from './panels/budget.ts';
import { ChartsPanel } from './panels/charts.ts';
import { FactsPanel } from './panels/facts.ts';
import { ModelsPanel } from './panels/models.ts';
import { PicturePanel } from './panels/picture.ts';
import { RacePanel } from './panels/race.ts';
import { RunButtons } from './panels/runs.ts';
import { SettingsPanel } from './panels/settings.ts';
import { fetchCatalogue, modelOnDevice } from './requests/catalogue.ts';
import { shapedFetch } from './requests/network.ts';
import { Session } from './requests/session.ts';
import { History } from './results/history.ts';

const catalogue = await fetchCatalogue();
const device = modelOnDevice(catalogue);
const history = new History();

const settings = new SettingsPanel(device !== undefined);
const pictures = new PicturePanel(catalogue);
const race = new RacePanel();
const answer = new AnswerPanel();
const budget = new BudgetPanel();
const models = new ModelsPanel();
const charts = new ChartsPanel(history, device?.accuracyPct);
const facts = new FactsPanel(catalogue.name);

const session = new Session({
  endpoint: location.origin,
  device,
  fetch: shapedFetch(
    (url, init) => fetch(url, init),
    () => settings.network,
  ),
  conditions: () => settings,
});

/** Classifies the current picture and shows what came of it. */
async function run({ inSlowMotion }: { inSlowMotion: boolean }): Promise<void> {
  const picture = await pictures.current();
  if (!picture) return;
  try {
    const classification = await session.classify(picture.image);
    answer.show(classification, picture.label);
    race.show(classification.race, { inSlowMotion });
    explain(classification.race);
    history.add(requestOutcome(classification, picture.label));
    const shown = classification.race;
    void classification.settled.then((settled) => {
      if (race.shown !== shown) return;
      race.complete(settled);
      explain(settled);
    });
  } catch (error) {
    answer.fail(error);
    history.add(requestOutcome(undefined, picture.label));
    const ended = error instanceof ClassifyError ? error.race : undefined;
    if (ended) {
      race.show(ended, { inSlowMotion });
      explain(ended);
    }
  }
  charts.draw(session.statistics());
}

/** Shows what the service chose, and why, once it has answered. */
function explain({ cloud }: Race): void {
  if (cloud.answer) {
    budget.show(cloud.answer);
    models.show(cloud.answer);
  } else if (cloud.state === 'running') budget.waiting();
  else budget.unknown();
}

new RunButtons({ run, advance: () => pictures.advance() });
charts.onReset(() => {
  session.startOver();
  history.clear();
  models.clear();
  charts.draw(session.statistics());
});

facts.showDevice(device);
void session.prepare();
await pictures.advance();
facts.showService(await models.refresh());
models.startPolling();

/** For the browser's console. */
const playground = {
  classify: async (options?: Parameters<Session['classify']>[1]) => {
    const picture = await pictures.current();
    if (!picture) throw new Error('there is no picture');
    return await session.classify(picture.image, options);
  },
  statistics: () => session.statistics(),
};
Object.assign(globalThis, { playground });
