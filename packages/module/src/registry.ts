import type { Entity, IqHandler, Module, Xep } from './module.ts'

/** The modules of a service, indexed for dispatch. Two modules answering the same request is a mistake found at start. */
export class Registry<Context> {
  readonly modules: readonly Module<Context>[]
  readonly #handlers = new Map<string, IqHandler<Context>>()
  readonly #namespaces = new Set<string>()
  readonly #features = new Map<Entity, readonly string[]>()

  constructor(modules: readonly Module<Context>[]) {
    this.modules = modules
    for (const module of modules) {
      for (const handler of module.iq) this.#add(handler, module.name)
    }
    for (const entity of ['server', 'account', 'item', 'upload'] as const) {
      const features = new Set(modules.flatMap((module) => module.features[entity] ?? []))
      this.#features.set(entity, [...features].sort())
    }
  }

  find(entity: Entity, type: 'get' | 'set', payload: string): IqHandler<Context> | undefined {
    return this.#handlers.get(handlerKey(entity, type, payload))
  }

  /** Whether the entity understands anything of the namespace that a payload's Clark name begins with. */
  knows(entity: Entity, payload: string): boolean {
    return this.#namespaces.has(namespaceKey(entity, payload))
  }

  /** disco#info features of an entity, sorted (XEP-0030 §3). */
  features(entity: Entity): readonly string[] {
    return this.#features.get(entity) ?? []
  }

  xeps(): readonly Xep[] {
    return this.modules.flatMap((module) => module.xeps).sort((a, b) => a.number.localeCompare(b.number))
  }

  #add(handler: IqHandler<Context>, name: string): void {
    const key = handlerKey(handler.entity, handler.type, handler.payload)
    if (this.#handlers.has(key)) throw new Error(`module ${name}: ${key} already has a handler`)
    this.#handlers.set(key, handler)
    this.#namespaces.add(namespaceKey(handler.entity, handler.payload))
  }
}

function handlerKey(entity: Entity, type: string, payload: string): string {
  return `${entity} ${type} ${payload}`
}

function namespaceKey(entity: Entity, payload: string): string {
  return `${entity} ${payload.slice(0, payload.indexOf('}') + 1)}`
}
