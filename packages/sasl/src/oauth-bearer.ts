import { isUtf8 } from 'node:buffer'
import { makeJid } from '@heliograph/jid'
import type { BearerProblem } from './bearers.ts'
import {
  type BearerContext,
  type Dialogue,
  type DialogueContext,
  type Failure,
  failure,
  type Step,
} from './dialogue.ts'
import { authzidIs, decodeSaslName, parseGs2Header } from './gs2.ts'

const LONGEST_MESSAGE = 8192
const SEPARATOR = '\x01'
/** RFC 7628 §3.1: `kvpair`. */
const PAIR = /^[A-Za-z]+=[\x20-\x7e\t\r\n]*$/
/** RFC 6750 §2.1: `b64token`. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i
const MALFORMED = failure('malformed-request', 'not an OAUTHBEARER message')

interface Message {
  readonly authzid: string
  /** '' for none. */
  readonly token: string
}

/** OAUTHBEARER (RFC 7628). The caller sees to it that the connection is encrypted. */
export class OAuthBearerDialogue implements Dialogue {
  readonly mechanism = 'OAUTHBEARER'
  readonly #context: DialogueContext
  readonly #bearer: BearerContext
  /** The client was told why: what remains is that it says so. */
  #failed: Failure | undefined

  constructor(context: DialogueContext, bearer: BearerContext) {
    this.#context = context
    this.#bearer = bearer
  }

  async step(input: Buffer | null): Promise<Step> {
    // RFC 7628 §3.2.3: whatever it says now, it has failed.
    if (this.#failed !== undefined) return this.#failed
    if (input === null) return { type: 'challenge', data: Buffer.alloc(0) }
    const message = parse(input)
    if (message === undefined) return MALFORMED
    // RFC 7628 §4.3: without a token it asks where to get one.
    if (message.token === '') return this.#fail('invalid_token', failure('not-authorized', 'no token'))
    return this.#check(message)
  }

  async #check({ authzid, token }: Message): Promise<Step> {
    const { domain, source } = this.#context
    const checked = await this.#bearer.bearers.checkBearer({ domain, source, token })
    if (!checked.ok) {
      const failed = failure(checked.condition, 'authentication failed')
      return checked.problem === undefined ? failed : this.#fail(checked.problem, failed)
    }
    const identity = makeJid(checked.username, domain)
    if (identity === undefined) return failure('not-authorized', 'not a user name')
    if (!authzidIs(authzid, identity, this.#context.claimed))
      return failure('invalid-authzid', 'the token is for another user')
    return { type: 'success', identity, data: undefined }
  }

  /** RFC 7628 §3.2.2: the client is told in a challenge. */
  #fail(status: BearerProblem, failed: Failure): Step {
    this.#failed = failed
    const { configuration, scope } = this.#bearer.discovery
    const told = { status, ...(scope === undefined ? {} : { scope }), 'openid-configuration': configuration }
    return { type: 'challenge', data: Buffer.from(JSON.stringify(told)) }
  }
}

/** @returns undefined when it isn't a message of the mechanism */
function parse(input: Buffer): Message | undefined {
  if (input.length > LONGEST_MESSAGE || !isUtf8(input)) return undefined
  const [head = '', ...rest] = input.toString().split(SEPARATOR)
  const header = parseGs2Header(head)
  // RFC 7628 §3.1: there is no channel binding; the pairs end with two separators.
  if (header === undefined || header.flag === 'p' || header.text !== head) return undefined
  if (rest.length < 2 || rest.pop() !== '' || rest.pop() !== '') return undefined
  if (!rest.every((pair) => PAIR.test(pair))) return undefined
  const values = rest.filter((pair) => /^auth=/i.test(pair)).map((pair) => pair.slice('auth='.length).trim())
  if (values.length > 1) return undefined
  const value = values[0] ?? ''
  const token = value === '' || /^bearer$/i.test(value) ? '' : BEARER.exec(value)?.[1]
  const authzid = header.authzid === '' ? '' : decodeSaslName(header.authzid)
  return token === undefined || authzid === undefined ? undefined : { authzid, token }
}
