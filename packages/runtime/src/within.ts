/** Whether `work` was done within the time. What it does later is its own affair; it must not reject. */
export async function within(work: Promise<void>, timeMs: number): Promise<boolean> {
  const late = Promise.withResolvers<false>()
  const timer = setTimeout(() => late.resolve(false), timeMs)
  try {
    return await Promise.race([work.then(() => true), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
