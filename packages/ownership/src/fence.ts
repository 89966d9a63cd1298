import type { InstanceId } from '@heliograph/bus'
import type { Tenancy } from './ownership.ts'

/** Has instances fenced once, however many partitions were taken from them. */
export class Fence {
  readonly #tenancy: Tenancy
  readonly #raised = new Map<InstanceId, Promise<void>>()

  constructor(tenancy: Tenancy) {
    this.#tenancy = tenancy
  }

  /** Resolves when all of these are fenced. Rejects as the tenancy does; then it can be tried again. */
  async raise(instances: readonly InstanceId[]): Promise<void> {
    const fresh = instances.filter((instance) => !this.#raised.has(instance))
    if (fresh.length > 0) {
      const raising = this.#tenancy.fence?.(fresh) ?? Promise.resolve()
      for (const instance of fresh) this.#raised.set(instance, raising)
      raising.catch(() => {
        for (const instance of fresh) this.#raised.delete(instance)
      })
    }
    await Promise.all(instances.map((instance) => this.#raised.get(instance)))
  }
}
