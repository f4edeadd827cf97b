import { describe, expect, it } from 'vitest';
import { runtimeReason } from '../../../../lib/service/inference/runtime-reason.ts';
import { openSession, runSession } from '../../../../lib/service/inference/session.ts';
import { colourModel } from '../../../fixtures/colours.ts';

describe('runtimeReason', () => {
  it('keeps the lines that say which dimension is wrong', async () => {
    const session = await openSession(colourModel(), 1);
    const data = new Float32Array(8 * 8);
    const tensor = { type: 'float32', data, shape: [1, 1, 8, 8] } as const;
    const error = await runSession(session, tensor, session.outputNames).catch((caught) => caught);
    expect(runtimeReason(error)).toMatch(/for input: image .*index: 1 Got: 1 Expected: 3/);
    expect(runtimeReason(error)).not.toContain('\n');
  });

  it('leaves out where in the source of onnxruntime it arose', () => {
    const place =
      '/onnxruntime_src/onnxruntime/core/framework/session_state_utils.cc:264 onnxruntime::common::Status onnxruntime::SaveTensors(const Env&, const std::vector<int>&) ';
    const message = `Exception during initialization: ${place}ort_value_name_idx_map.MaxIdx() > -1 was false. OrtValue indexes should have been populated.\n`;
    expect(runtimeReason(new Error(message))).toBe(
      'Exception during initialization: ort_value_name_idx_map.MaxIdx() > -1 was false. OrtValue indexes should have been populated.',
    );
  });
});
