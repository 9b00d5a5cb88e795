// What work costs, whatever else the machine is doing.

/** Milliseconds of processor time that this thread has spent. */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
