import type { Client } from '@mdinference/client';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { makeClient } from './client.ts';
import { useClassification } from './use-classification.ts';

function Photo({ client }: { client: Client }) {
  const [photo, setPhoto] = useState<File>();
  const { interim, answer, error } = useClassification(client, photo);
  const shown = answer ?? interim;
  return (
    <>
      <h1>What is in a photo?</h1>
      <label>
        Choose a photo{' '}
        <input
          type="file"
          id="photo"
          accept="image/*"
          onChange={({ target }) => setPhoto(target.files?.[0])}
        />
      </label>
      <output
        id="answer"
        data-label={answer?.predictions[0]?.label}
        data-source={answer?.source}
        data-total-ms={answer?.timing.totalMs}
        data-in-time={answer?.inTime}
      >
        {shown && `${shown.predictions[0]?.label}${answer ? '' : '?'}`}
        {error !== undefined && String(error)}
      </output>
    </>
  );
}

const client = await makeClient();
void client.prepare();
const app = document.querySelector('#app');
if (app) createRoot(app).render(<Photo client={client} />);
