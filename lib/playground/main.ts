import { ClassifyError, type DeviceAnswer, type Race } from '../client/index.ts';
import { AnswerPanel } from './panels/answer.ts';
import { BudgetPanel } from './panels/budget.ts';
import { ChartsPanel } from './panels/charts.ts';
import { CodePanel } from './panels/code.ts';
import { FactsPanel } from './panels/facts.ts';
import { ModelsPanel } from './panels/models.ts';
import { PicturePanel } from './panels/picture.ts';
import { RacePanel } from './panels/race.ts';
import { RunButtons } from './panels/runs.ts';
import { SentPanel } from './panels/sent.ts';
import { SettingsPanel } from './panels/settings.ts';
import { fetchCatalogue, modelOnDevice } from './requests/catalogue.ts';
import { shapedFetch } from './requests/network.ts';
import type { Picture } from './requests/pictures.ts';
import { Session } from './requests/session.ts';
import { clientCode } from './results/client-code.ts';
import { History } from './results/history.ts';
import { outcomeOf, wasCloudInTime } from './results/outcome.ts';

const catalogue = await fetchCatalogue();
const device = modelOnDevice(catalogue);
const deviceFile = catalogue.models.find(({ name }) => name === device?.name);
const history = new History();

const settings = new SettingsPanel(device);
const pictures = new PicturePanel(catalogue);
const race = new RacePanel();
const answer = new AnswerPanel();
const sent = new SentPanel();
const budget = new BudgetPanel();
const models = new ModelsPanel();
const charts = new ChartsPanel(history, device?.accuracyPct);
const facts = new FactsPanel(catalogue.name);
const code = new CodePanel();

const session = new Session({
  endpoint: location.origin,
  device,
  fetch: shapedFetch(
    (url, init) => fetch(url, init),
    () => settings.network,
  ),
  conditions: () => settings.conditions,
  onUpload: (upload) => sent.show(upload, settings.conditions.upload),
});

/** Classifies the current picture and shows what came of it. */
async function run({ isSingle }: { isSingle: boolean }): Promise<void> {
  const picture = await pictures.current();
  if (!picture) return;
  answer.expect();
  sent.expect(picture.image.size);
  try {
    await classify(picture, isSingle);
  } catch (error) {
    answer.fail(error);
    if (error instanceof ClassifyError) history.add(outcomeOf(undefined, picture.label));
    const ended = error instanceof ClassifyError ? error.race : undefined;
    if (ended) {
      race.show(ended, { inSlowMotion: isSingle });
      explain(ended);
    }
  }
  // Whoever runs one picture wants to see its answer; a page that scrolls by itself again and again is a nuisance.
  if (isSingle) answer.reveal();
  charts.draw(session.statistics());
}

async function classify({ image, label }: Picture, isSingle: boolean): Promise<void> {
  const { mode } = settings.conditions;
  let interim: DeviceAnswer | undefined;
  const onInterim = (first: DeviceAnswer) => {
    interim = first;
    answer.showInterim(first, label);
    if (isSingle) answer.reveal();
  };
  const classification = await session.classify(image, { onInterim });
  answer.show(classification, mode, { label, interim });
  race.show(classification.race, { inSlowMotion: isSingle });
  explain(classification.race);
  const outcome = outcomeOf(classification, label);
  history.add(outcome);
  void classification.settled.then((settled) => {
    history.replace(outcome, { ...outcome, cloudInTime: wasCloudInTime(settled) });
    charts.draw(session.statistics());
    if (race.shown !== classification.race) return;
    race.complete(settled);
    explain(settled);
  });
}

/** Shows what the service chose, and why, once it has answered. */
function explain({ cloud }: Race): void {
  if (cloud.answer) {
    budget.show(cloud.answer);
    models.show(cloud.answer);
    return;
  }
  models.showNoChoice();
  if (cloud.state === 'skipped') sent.showNothing();
  if (cloud.state === 'skipped') budget.say('The cloud was not asked: nothing was uploaded.');
  else if (cloud.state === 'running') {
    budget.say('The cloud has not answered yet; when it does, late as it is, its choice is shown.');
  } else budget.say('The cloud was not heard of, so its choice is not known.');
}

function showCode(): void {
  const { conditions } = settings;
  const { name } = catalogue;
  code.show(
    clientCode({ endpoint: location.origin, conditions, catalogue: name, device: deviceFile }),
  );
}

new RunButtons({ run, advance: () => pictures.advance() });
charts.onReset(() => {
  session.startOver();
  history.clear();
  models.clear();
  charts.draw(session.statistics());
});
settings.onChange(() => {
  showCode();
  void session.prepare();
});
showCode();

void facts.showDevice(device, session.prepare());
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
