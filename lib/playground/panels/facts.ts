import type { OnDeviceModel } from '../../client/index.ts';
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

  /** Follows a model while it is loaded. */
  showDevice(device: OnDeviceModel | undefined): void {
    if (!device) {
      this.#device.textContent = 'device: no model, see the catalogue’s onDevice';
      return;
    }
    const say = (state: string, text: string) => {
      this.#device.dataset.state = state;
      this.#device.textContent = `device: ${device.name} ${text}`;
    };
    say('loading', 'is loading …');
    device.prepare?.().then(
      () => say('ready', 'in WebAssembly, ready'),
      (error: Error) => say('failed', `could not be loaded: ${error.message}`),
    );
  }
}
