import { type ConfigField, checkForm, type Form, type FormField, NS } from '@heliograph/stanza'

import { CONFIG_FIELDS } from './config-fields.ts'
import type { RoomConfig } from './room-config.ts'

type Key = keyof RoomConfig

const KEYS = Object.keys(CONFIG_FIELDS) as readonly Key[]

/** What whoever runs the server says of rooms. */
export interface RoomPolicy {
  /** What a room is like whose owner said nothing. */
  readonly defaults: RoomConfig
  /** What owners can't change, but to what it is by default. */
  readonly fixed: readonly Key[]
}

/** What a room is like of which nobody said anything. */
export const DEFAULT_CONFIG: RoomConfig = Object.freeze(
  Object.fromEntries(KEYS.map((key) => [key, CONFIG_FIELDS[key].fallback])),
) as unknown as RoomConfig

/** The fields of the configuration form, with their present values (XEP-0045 §10.2), but for those that can't be changed. */
export function configFields(config: RoomConfig, fixed: RoomPolicy['fixed'] = []): FormField[] {
  return KEYS.filter((key) => !fixed.includes(key)).map((key) => {
    const field = CONFIG_FIELDS[key] as ConfigField<RoomConfig[Key]>
    return {
      var: field.var,
      type: field.type,
      label: field.label,
      rule: field.rule,
      values: field.write(config[key]),
      options: field.options,
    }
  })
}

export type ReadConfig = { readonly config: RoomConfig } | { readonly problem: string }

/**
 * A submitted form put over the present configuration: what it leaves out stays (XEP-0004 §3.5). A problem is answered with
 * `not-acceptable`.
 */
export function readConfig(submitted: Form, present: RoomConfig, policy: RoomPolicy = OPEN): ReadConfig {
  const checked = checkForm(submitted, { formType: NS.mucRoomConfig, fields: configFields(present) })
  if ('problem' in checked) return checked
  const config: Record<string, unknown> = { ...present }
  for (const key of KEYS) {
    const field = CONFIG_FIELDS[key]
    const given = checked.values.list(field.var)
    if (given === undefined) continue
    const read = field.read(given)
    if ('problem' in read) return { problem: `${field.var} ${read.problem}` }
    config[key] = read.value
  }
  return fitting(config as unknown as RoomConfig, present, policy)
}

const OPEN: RoomPolicy = { defaults: DEFAULT_CONFIG, fixed: [] }

/** What can't hold together, or isn't the owner's to say. */
function fitting(config: RoomConfig, present: RoomConfig, { defaults, fixed }: RoomPolicy): ReadConfig {
  const usual = changedProperties(defaults, config)
  const taken = changedProperties(present, config).find((key) => fixed.includes(key) && usual.includes(key))
  if (taken !== undefined) return { problem: `${CONFIG_FIELDS[taken].var} can't be changed on this server` }
  if (config.passwordProtected && config.password === '') {
    return { problem: `${CONFIG_FIELDS.password.var} is required where a password is needed to enter` }
  }
  return { config }
}

/** The same in the one way in which forms give it: lists in their order, without repetitions. */
export function canonicalConfig(config: RoomConfig): RoomConfig {
  const properties = KEYS.map((key) => {
    const field = CONFIG_FIELDS[key] as ConfigField<RoomConfig[Key]>
    const read = field.read(field.write(config[key]))
    return [key, 'value' in read ? read.value : config[key]] as const
  })
  return Object.freeze(Object.fromEntries(properties)) as unknown as RoomConfig
}

/** The properties in which two configurations differ. */
export function changedProperties(before: RoomConfig, after: RoomConfig): readonly Key[] {
  return KEYS.filter((key) => {
    const field = CONFIG_FIELDS[key] as ConfigField<RoomConfig[Key]>
    return field.write(before[key]).join('\n') !== field.write(after[key]).join('\n')
  })
}

/** The status codes that tell occupants what became of the configuration (XEP-0045 §10.2.1); none: nothing was changed. */
export function statusOfChanges(before: RoomConfig, after: RoomConfig): readonly number[] {
  const codes = changedProperties(before, after).map((key) => {
    const field = CONFIG_FIELDS[key] as ConfigField<RoomConfig[Key]>
    return field.status?.(after[key]) ?? 104
  })
  return [...new Set(codes)].sort()
}
