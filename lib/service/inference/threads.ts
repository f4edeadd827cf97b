/** MB of memory for which Lambda gives one vCPU (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). */
export const mbPerVcpu = 1769;

/** The most memory that a function can have, in MB: Lambda gives it six vCPUs. */
const mostMb = 10_240;

/** The number of threads that pay off in a function of this memory: one for each whole vCPU, at most 6. */
export function threadsFor(memoryMb: number): number {
  return memoryMb >= mostMb ? 6 : Math.max(1, Math.floor(memoryMb / mbPerVcpu));
}
