/** Waits until all of this is done, whatever became of it; then throws what the first that failed threw. */
export async function settled(work: readonly Promise<unknown>[]): Promise<void> {
  for (const end of await Promise.allSettled(work)) if (end.status === 'rejected') throw end.reason;
}
