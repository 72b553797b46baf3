import { performance } from 'node:perf_hooks';

/**
 * Returns a function that says how busy this process was since its last call: from 0 (it only waited) to 1
 * (it waited for nothing).
 */
export function processLoad(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}
