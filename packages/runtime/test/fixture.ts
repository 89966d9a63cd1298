// A process with one service that needs nothing. Its drain lasts as long as DRAIN_MS says.
import { setTimeout as delay } from 'node:timers/promises'
import { runService, type Service } from '../src/index.ts'

const service: Service = {
  name: 'fixture',
  needs: process.env.NEEDS === undefined ? [] : ['database'],
  listens: ['c2s'],
  async start(_, signal) {
    if (process.env.WAIT !== undefined) await forever(signal)
    if (process.env.FAIL !== undefined) throw new Error('cannot serve')
    // Keeps the process alive, as sockets do.
    const alive = setInterval(() => undefined, 1_000)
    if (process.env.CRASH !== undefined) setTimeout(() => crash(), 50)
    return {
      ready: async () => [],
      drain: () => delay(Number(process.env.DRAIN_MS ?? 0)),
      async [Symbol.asyncDispose]() {
        if (process.env.FORGET === undefined) clearInterval(alive)
      },
    }
  },
}

/** Waits, saying so, for a server that never comes. */
async function forever(signal: AbortSignal): Promise<never> {
  const waiting = setInterval(() => undefined, 1_000)
  process.stdout.write('{"event":"waiting"}\n')
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  clearInterval(waiting)
  throw new Error('gave up')
}

function crash(): never {
  throw new Error('broken invariant')
}

await runService({
  name: 'fixture',
  mode: process.env.NEEDS === undefined ? 'standalone' : 'cluster',
  services: [service],
})
