import type { Jid } from '@heliograph/jid'
import { NS } from '@heliograph/stanza'
import { escapeAttribute, escapeText } from '@heliograph/xml'
import type { Affiliation, Role } from '../authority/standing.ts'

/** What a room says of an occupant in a presence (XEP-0045 §16.3). */
export interface Item {
  readonly role: Role
  readonly affiliation: Affiliation
  /** Only for those who may know it. */
  readonly jid?: Jid | undefined
  readonly newNick?: string | undefined
  readonly reason?: string | undefined
  readonly actor?: string | undefined
  readonly codes?: readonly number[]
  /** `<destroy/>` as XML. */
  readonly destroyed?: string | undefined
  /** `<hats/>` as XML, of who is there (XEP-0317). */
  readonly hats?: string
}

export const USER_X = `{${NS.mucUser}}x`
export const OCCUPANT_ID = `{${NS.occupantId}}occupant-id`

/** `<x/>` as text: it goes at the end of what the client said. */
export function userItem(item: Item): string {
  const { role, affiliation, jid, newNick, reason, actor, codes = [], destroyed = '' } = item
  let text = `<x xmlns='${NS.mucUser}'><item affiliation='${affiliation}' role='${role}'`
  if (jid !== undefined) text += ` jid='${escapeAttribute(jid)}'`
  if (newNick !== undefined) text += ` nick='${escapeAttribute(newNick)}'`
  const inner = `${actor === undefined ? '' : `<actor nick='${escapeAttribute(actor)}'/>`}${
    reason === undefined ? '' : `<reason>${escapeText(reason)}</reason>`
  }`
  text += inner === '' ? '/>' : `>${inner}</item>`
  for (const code of [...codes].sort((a, b) => a - b)) text += `<status code='${code}'/>`
  return `${text}${destroyed}</x>`
}

export function occupantIdXml(id: string): string {
  return `<occupant-id xmlns='${NS.occupantId}' id='${id}'/>`
}
