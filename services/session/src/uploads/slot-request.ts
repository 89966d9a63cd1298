import { NS, parseTimestamp, type Stanza, type StanzaError, stanzaError } from '@heliograph/stanza'
import { ANY_TYPE, cleanFileName } from '@heliograph/uploads'

export const REQUEST = `{${NS.httpUpload}}request`

/** What a client wants to upload, and what for (XEP-0363 §4, §5). */
export interface SlotRequest {
  readonly name: string
  readonly size: number
  readonly type: string
  readonly purpose: 'message' | 'profile' | 'ephemeral'
  /** Milliseconds since 1970, for `ephemeral`: it isn't available after that. */
  readonly expireBefore: number | undefined
}

export const PURPOSES = ['message', 'profile', 'ephemeral'] as const

const MEDIA_TYPE = /^[\w!#$&^.+-]{1,63}\/[\w!#$&^.+-]{1,63}(?:\s*;[ !#-~]{1,128})?$/
const LONGEST_NAME = 1_024

/** Reads a request for a slot, or tells what is wrong with it. */
export function readSlotRequest(stanza: Stanza, now: number): SlotRequest | StanzaError {
  const request = stanza.child('request', NS.httpUpload)
  const { filename = '', size = '', 'content-type': type = ANY_TYPE } = (request?.attrs ?? {}) as Record<string, string>
  if (filename === '' || filename.length > LONGEST_NAME) return wrong('filename')
  if (!/^[1-9]\d{0,14}$/.test(size)) return wrong('size')
  if (!MEDIA_TYPE.test(type)) return wrong('content-type')
  const purposes = (request?.getChildElements() ?? []).filter((child) => child.getNS() === NS.httpUploadPurpose)
  if (purposes.length > 1) return wrong('purpose')
  const [element] = purposes
  const purpose = PURPOSES.find((each) => each === (element?.getName() ?? 'message'))
  if (purpose === undefined) return stanzaError('feature-not-implemented', { text: 'no such purpose here' })
  const expireBefore = purpose === 'ephemeral' ? parseTimestamp(element?.attrs['expire-before'] ?? '') : undefined
  if (purpose === 'ephemeral' && (expireBefore === undefined || expireBefore <= now)) return wrong('expire-before')
  return { name: cleanFileName(filename), size: Number(size), type, purpose, expireBefore }
}

function wrong(what: string): StanzaError {
  return stanzaError('bad-request', { text: `${what} is missing or not right` })
}
