import { checkForm, type Form, type FormField, NS } from '@heliograph/stanza'
import type { ConfigField } from './config-field.ts'
import { CONFIG_FIELDS } from './config-fields.ts'
import type { RoomConfig } from './room-config.ts'

type Key = keyof RoomConfig

const KEYS = Object.keys(CONFIG_FIELDS) as readonly Key[]

/** What a room is like whose owner said nothing. */
export const DEFAULT_CONFIG: RoomConfig = Object.freeze(
  Object.fromEntries(KEYS.map((key) => [key, CONFIG_FIELDS[key].fallback])),
) as unknown as RoomConfig

/** The fields of the configuration form, with their present values (XEP-0045 §10.2). */
export function configFields(config: RoomConfig): FormField[] {
  return KEYS.map((key) => {
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
export function readConfig(submitted: Form, present: RoomConfig): ReadConfig {
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
  return fitting(config as unknown as RoomConfig)
}

/** What can't hold together. */
function fitting(config: RoomConfig): ReadConfig {
  if (config.passwordProtected && config.password === '') {
    return { problem: `${CONFIG_FIELDS.password.var} is required where a password is needed to enter` }
  }
  return { config }
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
