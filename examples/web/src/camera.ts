import { showAnswer, showError, showInterim, showStatus } from './answer.ts';
import { makeClient } from './client.ts';

const client = await makeClient();
// A picture is coming: load the model, open the connection, let the service warm its models.
void client.prepare();

const video = document.querySelector<HTMLVideoElement>('#camera');
const button = document.querySelector<HTMLButtonElement>('#look');

try {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: 'environment' },
  });
  if (video) {
    video.srcObject = stream;
    await video.play();
  }
  showStatus('Ready');
} catch (error) {
  showStatus(`There is no camera: ${error}`);
}

button?.addEventListener('click', async () => {
  if (!video) return;
  try {
    // The frame on show, as it is: there is no file that would have to be decoded.
    showAnswer(await client.classify(video, { onInterim: showInterim }));
  } catch (error) {
    showError(error);
  }
});
