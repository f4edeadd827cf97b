import { showAnswer, showError, showInterim, showStatus } from './answer.ts';
import { makeClient } from './client.ts';

const client = await makeClient();

const input = document.querySelector<HTMLInputElement>('#photo');
input?.addEventListener('change', async () => {
  const [photo] = input.files ?? [];
  if (!photo) return;
  try {
    showAnswer(await client.classify(photo, { onInterim: showInterim }));
  } catch (error) {
    showError(error);
  }
});

// The page works from the beginning; this makes the first answer as fast as the others.
const { models } = await client.prepare();
const failed = models.find(({ ready }) => !ready);
showStatus(failed ? `${failed.name} cannot be used: ${failed.error}` : 'Ready');
