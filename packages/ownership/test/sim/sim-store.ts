import { type LiveState, MemoryLiveState } from '@heliograph/live-state'
import type { Host, World } from './world.ts'

/** The live state of a simulated cluster: slow, sometimes out of reach, sometimes empty, and what timed out may still be done. */
export class SimStore {
  readonly #world: World
  readonly #memory: MemoryLiveState
  reachable = true

  constructor(world: World) {
    this.#world = world
    this.#memory = new MemoryLiveState({ now: () => 1e12 + world.now, lapse: true })
  }

  empty(): void {
    this.#memory.clear()
  }

  /** As seen by one process. */
  seenBy(host: Host): LiveState {
    const calls = new Set<PropertyKey>(['heartbeat', 'standing', 'leave', 'expel', 'write', 'read'])
    return new Proxy(this.#memory, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>
        if (!calls.has(name)) return method
        return (...args: unknown[]) => this.#call(host, () => method.apply(target, args))
      },
    })
  }

  #call(host: Host, work: () => Promise<unknown>): Promise<unknown> {
    const world = this.#world
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    if (!this.reachable) {
      world.at(world.now + world.chance(100), host, () => reject(new Error('out of reach')))
      return promise
    }
    const slow = world.chance(1) < 0.02
    const done = world.now + world.chance(slow ? 1500 : 3)
    world.at(done, undefined, () => {
      if (!this.reachable) return
      void work().then((result) => world.at(world.now + world.chance(3), host, () => resolve(result)))
    })
    world.at(world.now + 1000, host, () => reject(new Error('timed out')))
    return promise
  }
}
