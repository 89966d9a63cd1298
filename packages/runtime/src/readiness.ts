import type { ReadinessProblems } from './service.ts'

/** A path that readiness proves, such as the bus. */
export interface Probe {
  readonly name: string
  /** Rejects when the path isn't there within the time. */
  ping(timeoutMs: number): Promise<void>
}

const pingMs = 1_000

/** What keeps the instance from serving: each path that doesn't answer in 1 s, and what each service says. */
export class Readiness {
  readonly #probes: readonly Probe[]
  readonly #services: () => readonly { ready(): Promise<ReadinessProblems> }[]
  #asking: Promise<ReadinessProblems> | undefined

  constructor(probes: readonly Probe[], services: () => readonly { ready(): Promise<ReadinessProblems> }[]) {
    this.#probes = probes
    this.#services = services
  }

  /** Never rejects. Questions asked at the same time share one answer. */
  problems(): Promise<ReadinessProblems> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #ask(): Promise<ReadinessProblems> {
    const paths = this.#probes.map((probe) => attempt(probe.name, () => pinged(probe)))
    const services = this.#services().map((service) => attempt('service', () => service.ready()))
    return (await Promise.all([...paths, ...services])).flat()
  }
}

async function pinged(probe: Probe): Promise<ReadinessProblems> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('no answer')), pingMs * 2)
  try {
    await Promise.race([probe.ping(pingMs), late.promise])
    return []
  } finally {
    clearTimeout(timer)
  }
}

async function attempt(name: string, ask: () => Promise<ReadinessProblems>): Promise<ReadinessProblems> {
  try {
    return await ask()
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : String(error)}`]
  }
}
