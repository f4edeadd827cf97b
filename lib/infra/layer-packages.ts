/** The packages of the layer that functions load, which have code for one system and processor. */
export const nativePackages = ['onnxruntime-node', 'sharp'] as const;

/**
 * Name of a context value that, set to `true`, leaves the layers empty: for an assembly that is run on
 * this machine, with this machine's own {@link nativePackages}, and never deployed.
 */
export const hostModulesContext = 'mdinference:host-modules';
