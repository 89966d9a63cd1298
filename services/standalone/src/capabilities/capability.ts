import type { Service } from '@heliograph/runtime'
import { xepTitles } from './xep-titles.ts'

/** A specification that some service implements. */
export interface Capability {
  readonly kind: 'RFC' | 'XEP'
  readonly number: string
  readonly title: string
  /** Of a XEP. */
  readonly version: string | undefined
  readonly services: readonly string[]
  /** What isn't there; empty when nothing is missing. */
  readonly notes: readonly string[]
}

/**
 * What the services' modules declare, RFCs first, each specification once.
 *
 * @throws Error when two modules declare different versions, or a XEP has no title in `xep-titles.ts`.
 */
export function capabilitiesOf(services: readonly Service[]): Capability[] {
  const found = new Map<string, Capability>()
  for (const { name, modules = [] } of services) {
    for (const { rfcs, xeps } of modules) {
      for (const rfc of rfcs) merge(found, name, { kind: 'RFC', version: undefined, ...rfc })
      for (const xep of xeps) merge(found, name, { kind: 'XEP', title: titleOf(xep.number), ...xep })
    }
  }
  return [...found.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

type Declared = Pick<Capability, 'kind' | 'number' | 'title' | 'version'> & { readonly note?: string }

function merge(found: Map<string, Capability>, service: string, { note, ...declared }: Declared): void {
  const key = keyOf(declared)
  const known = found.get(key)
  if (known !== undefined && known.version !== declared.version)
    throw new Error(`${key} is declared as ${known.version} and as ${declared.version}`)
  const services = [...new Set([...(known?.services ?? []), service])].sort()
  const notes = [...new Set([...(known?.notes ?? []), ...(note === undefined ? [] : [note])])]
  found.set(key, { ...declared, services, notes })
}

function titleOf(number: string): string {
  const title = xepTitles[number]
  if (title === undefined) throw new Error(`XEP-${number} has no title in xep-titles.ts`)
  return title
}

function keyOf({ kind, number }: Pick<Capability, 'kind' | 'number'>): string {
  return `${kind} ${number}`
}
