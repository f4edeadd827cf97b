import type { OnDeviceModel, Readiness } from '../../client/index.ts';
import type { ModelsResponse } from '../../core/contract/messages.ts';
import { byId, make } from './dom.ts';

/** What runs where, in the masthead. */
export class FactsPanel {
  readonly #service = make('p');
  readonly #device = make('p', { role: 'status' });

  constructor(catalogueName: string) {
    this.#service.textContent = `catalogue ${catalogueName}`;
    byId('facts', HTMLElement).replaceChildren(this.#service, this.#device);
  }

  showService(models: ModelsResponse | undefined): void {
    if (!models) return;
    const { catalogue, strategy } = models;
    this.#service.textContent = `cloud: ${models.models.length} models of “${catalogue}”, ${strategy}`;
  }

  /**
   * Tells when a model is ready.
   *
   * @param preparing - the client that loads it
   */
  async showDevice(
    device: OnDeviceModel | undefined,
    preparing: Promise<Readiness>,
  ): Promise<void> {
    if (!device) {
      this.#device.textContent = 'device: no model, see the catalogue’s onDevice';
      return;
    }
    const say = (state: string, text: string) => {
      this.#device.dataset.state = state;
      this.#device.textContent = `device: ${device.name} ${text}`;
    };
    say('loading', 'is loading …');
    const { models } = await preparing;
    const { ready, error } = models.find(({ name }) => name === device.name) ?? {};
    if (ready) say('ready', 'in WebAssembly, ready');
    else say('failed', `could not be loaded: ${error instanceof Error ? error.message : error}`);
  }
}
