import { Client } from '../client/client.ts'
import type { Account } from '../client/endpoint.ts'
import type { ScramKeyCache } from '../client/scram.ts'
import type { Job } from './load.ts'
import { numberParam } from './load.ts'

/** SASL mechanisms in the order clients prefer them: one that every server has first, so that all do the same work. */
const MECHANISMS = ['SCRAM-SHA-1', 'SCRAM-SHA-256', 'PLAIN']

/** Runs `work` over `items`, at most `width` at a time; rejects with the first failure. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const runner = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as T, index)
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, runner))
}

/** The clients of a load: logs them in and out, and counts connections lost in between. */
export class Crowd {
  readonly clients: Client[] = []
  readonly #job: Job
  readonly #keys: ScramKeyCache = new Map()
  #lost = 0
  #lastReason = ''

  constructor(job: Job) {
    this.#job = job
  }

  /** Connections that ended without our doing. */
  get lost(): number {
    return this.#lost
  }

  /** Why the last of them ended. */
  get lastReason(): string {
    return this.#lastReason
  }

  /** Logs one user in; it joins `clients` at `index`. */
  async logIn(account: Account, index: number): Promise<Client> {
    const { endpoints, params } = this.#job
    const endpoint = endpoints[index % endpoints.length]
    if (endpoint === undefined) throw new Error('the target has no endpoint')
    const client = await Client.logIn(endpoint, account, {
      mechanisms: MECHANISMS,
      resource: 'bench',
      streamManagement: params.sm === true,
      askEvery: numberParam(params, 'askEvery', 5),
      keys: this.#keys,
      onLost: (jid, reason) => {
        this.#lost += 1
        this.#lastReason = `${jid}: ${reason.message}`
      },
    })
    this.clients[index] = client
    return client
  }

  /** Logs all users in, `width` at a time. */
  async logInAll(accounts: readonly Account[], width = 16): Promise<void> {
    await inParallel(accounts, width, async (account, index) => {
      await this.logIn(account, index)
    })
  }

  /** Stanzas of ours that the servers did not acknowledge though asked, after waiting up to 2 s. */
  async unacknowledged(): Promise<number> {
    const managed = this.clients.flatMap((client) => client.management ?? [])
    for (const management of managed) management.ask()
    const open = (): number => managed.reduce((sum, management) => sum + management.unacknowledged, 0)
    await until(() => open() === 0, 2_000)
    return open()
  }

  /** Ends all streams in order. */
  async close(): Promise<void> {
    await inParallel(this.clients.splice(0), 64, (client) => client.close())
  }
}

/** Waits until `done()` holds or `limitMs` have passed, looking every 10 ms. */
export async function until(done: () => boolean, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs
  while (!done() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** Waits until `count()` has stood still for `quietMs`, at most `limitMs`. */
export async function untilQuiet(count: () => number, quietMs: number, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs
  let last = count()
  let since = performance.now()
  await until(() => {
    const now = performance.now()
    if (count() !== last) {
      last = count()
      since = now
    }
    return now - since >= quietMs || now >= end
  }, limitMs)
}
