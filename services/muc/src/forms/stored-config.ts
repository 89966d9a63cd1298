import { CONFIG_FIELDS } from './config-fields.ts'
import { DEFAULT_CONFIG } from './config-form.ts'
import type { RoomConfig } from './room-config.ts'

/** A configuration as JSON, with every property: a changed default leaves rooms as they were set up. */
export function storedConfig(config: RoomConfig): Record<string, unknown> {
  const keys = Object.keys(CONFIG_FIELDS) as (keyof RoomConfig)[]
  return Object.fromEntries(keys.map((key) => [key, config[key] ?? null]))
}

/** A configuration that was stored, maybe by a neighbouring version: what that didn't know is as usual, what we don't know is left out. */
export function configOfStored(stored: Readonly<Record<string, unknown>>): RoomConfig {
  const known = Object.entries(stored).filter(([key]) => Object.hasOwn(CONFIG_FIELDS, key))
  return { ...DEFAULT_CONFIG, ...Object.fromEntries(known.map(([key, value]) => [key, value ?? undefined])) }
}
