/** A request of HTTP polling: `identifier ; key [ ; new_key] , [xml_body]` (XEP-0025 §3). */
export interface PollingMessage {
  /** `0` asks for a new session. */
  readonly id: string
  readonly key: string | undefined
  readonly newKey: string | undefined
  /** Part of the stream, cut anywhere. */
  readonly xml: Buffer
}

/** What comes before the comma: an identifier and two keys in Base64 at most. */
const LONGEST_HEAD = 256
const HEAD = /^([A-Za-z0-9:-]{1,64})(?:;([A-Za-z0-9+/=]{1,64}))?(?:;([A-Za-z0-9+/=]{1,64}))?$/

/** Undefined when it is none. */
export function readMessage(body: Buffer): PollingMessage | undefined {
  const comma = body.subarray(0, LONGEST_HEAD).indexOf(',')
  const match = comma < 0 ? null : HEAD.exec(body.latin1Slice(0, comma))
  if (match === null) return undefined
  return { id: match[1]!, key: match[2], newKey: match[3], xml: body.subarray(comma + 1) }
}
