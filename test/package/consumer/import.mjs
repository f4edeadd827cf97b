import * as client from '@mdinference/client';
import * as reactNative from '@mdinference/client/onnxruntime-react-native';
import * as web from '@mdinference/client/onnxruntime-web';
import * as sigv4 from '@mdinference/client/sigv4';
import { use } from './use.cjs';

await use({ client, reactNative, web, sigv4 });
