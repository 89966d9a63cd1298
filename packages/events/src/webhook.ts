import { type Carry, TAKEN, type Verdict } from './carry.ts'
import { SIGNATURE_HEADER, sign } from './signature.ts'

const TIMEOUT_MS = 10_000
/** The receiver read it and can't use it. With everything else (no access, no such page) somebody may yet put the receiver right. */
const REFUSALS = new Set([400, 413, 415, 422])

/** By HTTP POST of `{"events":[…]}`, signed. Taken when the answer is a 2xx; redirects aren't followed. */
export function webhook({ url, secret }: { readonly url: string; readonly secret: string }): Carry {
  return async (events, signal) => {
    const body = `{"events":[${events.join(',')}]}`
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Heliograph',
          [SIGNATURE_HEADER]: sign(secret, body, Math.floor(Date.now() / 1000)),
        },
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      })
      await response.body?.cancel()
      return verdictOf(response.status)
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error) }
    }
  }
}

function verdictOf(status: number): Verdict {
  if (status >= 200 && status < 300) return TAKEN
  return { kind: REFUSALS.has(status) ? 'refused' : 'failed', reason: `HTTP ${status}` }
}

/** What went wrong is in the cause of what fetch throws. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? cause.message : message
}
