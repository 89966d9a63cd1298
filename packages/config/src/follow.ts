import type { HeliographConfig } from './heliograph-config.ts'
import type { LiveConfig } from './live-config.ts'

type Section = Record<string, unknown>

/**
 * What `derive` makes of the configuration, and goes on making of it. Sections are renewed in place: whoever keeps one has what holds now. Lists, maps
 * and what is named in `whole` are replaced: whoever keeps one has what held then. Where `derive` throws nothing is changed.
 */
export function follow<Derived extends object>(
  live: LiveConfig,
  derive: (config: HeliographConfig) => Derived,
  whole: readonly (keyof Derived & string)[] = [],
): Derived {
  const view: Section = {}
  const renewed = (derived: Derived): void => renew(view, derived as Section, whole)
  renewed(derive(live.current))
  live.onChange((fresh) => {
    const derived = derive(fresh)
    return () => renewed(derived)
  })
  return view as Derived
}

function renew(view: Section, fresh: Section, whole: readonly string[] = []): void {
  for (const key of Object.keys(view)) if (!(key in fresh)) view[key] = undefined
  for (const [key, value] of Object.entries(fresh)) {
    if (whole.includes(key) || !isSection(value)) {
      view[key] = value
      continue
    }
    const kept = view[key]
    const section: Section = isSection(kept) ? kept : {}
    renew(section, value)
    view[key] = section
  }
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
