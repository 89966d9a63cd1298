import { type ConfigField, type Form, type FormField, NS } from '@heliograph/stanza'

import { CONFIG_FIELDS } from './config-fields.ts'
import type { RoomConfig } from './room-config.ts'

type AnyField = ConfigField<RoomConfig[keyof RoomConfig]>

const ALL = Object.entries(CONFIG_FIELDS) as unknown as readonly (readonly [keyof RoomConfig, AnyField])[]

/** The features in `disco#info` that say what sort of room it is (XEP-0045 §6.4). */
export function roomFeatures(config: RoomConfig): string[] {
  return ALL.flatMap(([key, field]) => field.feature?.(config[key]) ?? [])
}

/** What a room's information tells beyond its configuration. */
export interface RoomState {
  readonly subject: string | undefined
  readonly occupants: number
  /** XEP-0486: SHA-1 of the avatar in each of its formats. */
  readonly avatarHashes: readonly string[]
  /** XEP-0317 §2. */
  readonly hatsHash?: string | undefined
}

/** The extended information of a room (XEP-0045 §6.4, XEP-0128). */
export function roomInfo(config: RoomConfig, { subject, occupants, avatarHashes, hatsHash }: RoomState): Form {
  const fields: FormField[] = ALL.flatMap(([key, { info, write }]) => {
    const values = write(config[key])
    return info === undefined || values.length === 0 ? [] : [{ ...info, values }]
  })
  fields.push({
    var: 'muc#roominfo_occupants',
    type: 'text-single',
    label: 'Number of occupants',
    values: [String(occupants)],
  })
  if (subject) fields.push({ var: 'muc#roominfo_subject', type: 'text-single', label: 'Subject', values: [subject] })
  if (avatarHashes.length > 0) {
    fields.push({ var: 'muc#roominfo_avatarhash', type: 'text-multi', label: 'Avatar hash', values: avatarHashes })
  }
  if (hatsHash !== undefined) {
    fields.push({ var: 'hats#hash', type: 'text-single', label: 'Hats hash', values: [hatsHash] })
  }
  return { type: 'result', formType: NS.mucRoomInfo, fields }
}
