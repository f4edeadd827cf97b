/**
 * The header of requests and answers that says where the JSON ends and binary data begins, in bytes.
 *
 * @see https://github.com/kserve/open-inference-protocol/blob/main/specification/extension_binary_data.md
 */
export const headerLengthName = 'inference-header-content-length';
