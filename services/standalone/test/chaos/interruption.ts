/** Why a run is cut short: somebody pressed Ctrl-C, or an orchestrator wants it gone. */
export class Interruption extends Error {
  readonly signal: NodeJS.Signals

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`)
    this.signal = signal
  }
}

/** Aborted by the first SIGINT or SIGTERM; the second does what it always does. */
export function interruptions(told: (signal: NodeJS.Signals) => void): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      told(signal)
      controller.abort(new Interruption(signal))
    })
  return controller.signal
}

/** The work's outcome, unless it is cut short before. @throws what `signal` was aborted with */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
