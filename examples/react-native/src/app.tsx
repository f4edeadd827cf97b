import type { Classification, Client, DeviceAnswer } from '@mdinference/client';
import { useEffect, useState } from 'react';
import { Button, Text, View } from 'react-native';

/** Shows what is in a photo: the device's answer first, then the better one. */
export function App({ client, takePhoto }: { client: Client; takePhoto(): Promise<string> }) {
  const [interim, setInterim] = useState<DeviceAnswer>();
  const [answer, setAnswer] = useState<Classification>();
  const [error, setError] = useState<unknown>();

  // A photo is coming: load the model, open the connection, let the service warm its models.
  useEffect(() => void client.prepare(), [client]);

  const look = async () => {
    setAnswer(undefined);
    setError(undefined);
    try {
      const file = await fetch(await takePhoto());
      const photo = new Uint8Array(await file.arrayBuffer());
      setAnswer(await client.classify(photo, { contentType: 'image/jpeg', onInterim: setInterim }));
    } catch (failure) {
      setError(failure);
    }
  };

  const shown = answer ?? interim;
  return (
    <View>
      <Button title="Take a photo" onPress={look} />
      {shown && <Text>{`${shown.predictions[0]?.label}${answer ? '' : '?'}`}</Text>}
      {error !== undefined && <Text>{String(error)}</Text>}
    </View>
  );
}
