import type { Entity, Module } from '@heliograph/module'
import type { Chance } from '@heliograph/testkit'
import { clark, Element, parseDocument } from '@heliograph/xml'
import { services } from '../../src/services.ts'
import { copyOf } from './copy.ts'
import { pick } from './words.ts'

const KEPT_OF_A_NAME = 12
const NAMES_KEPT = 500

const modules = services.flatMap((service) =>
  (service.modules ?? []).map((module) => ({ service: service.name, module: module as Module<unknown> })),
)

/** Every namespace that modules declare, of features and of requests. */
export const declaredNamespaces: ReadonlySet<string> = new Set(
  modules.flatMap(({ module }) => [
    ...Object.values(module.features).flat(),
    ...module.iq.map(({ payload }) => namespaceOf(payload)),
  ]),
)

/** Clark names of the payloads that an entity of a service answers. */
export function handledBy(service: string, entity: Entity): string[] {
  const own = modules.filter((each) => each.service === service)
  return own.flatMap(({ module }) => module.iq.filter((each) => each.entity === entity).map(({ payload }) => payload))
}

/** Payloads by name: of each declared one an empty element at first, then whatever of that name was seen. */
export class Payloads {
  readonly #chance: Chance
  readonly #byName = new Map<string, Element[]>()

  constructor(chance: Chance, seeds: readonly string[]) {
    this.#chance = chance
    for (const { module } of modules) for (const { payload } of module.iq) this.add(emptyOf(payload))
    for (const namespace of declaredNamespaces) this.add(new Element('x', { xmlns: namespace }))
    for (const seed of seeds) this.add(parseDocument(Buffer.from(seed)).element)
  }

  add(payload: Element): void {
    const name = clark(payload.getNS() ?? '', payload.getName())
    const known = this.#byName.get(name)
    if (known === undefined) {
      if (this.#byName.size < NAMES_KEPT) this.#byName.set(name, [payload])
    } else if (known.length < KEPT_OF_A_NAME) known.push(payload)
    else known[this.#chance(KEPT_OF_A_NAME)] = payload
  }

  any(): Element {
    return this.#oneOf(pick(this.#chance, [...this.#byName.keys()]))
  }

  /** One of those names. */
  among(names: readonly string[]): Element {
    return names.length === 0 ? this.any() : this.#oneOf(pick(this.#chance, names))
  }

  #oneOf(name: string): Element {
    return copyOf(pick(this.#chance, this.#byName.get(name) ?? [emptyOf(name)]))
  }
}

function emptyOf(name: string): Element {
  return new Element(name.slice(name.indexOf('}') + 1), { xmlns: namespaceOf(name) })
}

function namespaceOf(name: string): string {
  return name.slice(1, name.indexOf('}'))
}
