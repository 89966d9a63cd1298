import { randomUUID, timingSafeEqual } from 'node:crypto'
import type { BareJid } from '@heliograph/jid'
import type { ScramFinishRequest, ScramHash } from './credentials.ts'
import { type Dialogue, type DialogueContext, type Failure, failure, type Step } from './dialogue.ts'
import { offerHash } from './downgrade.ts'
import { authzidIs, decodeSaslName, type Gs2Header } from './gs2.ts'
import { identify } from './identity.ts'
import { hashOf, isPlus, type ScramMechanismName } from './mechanisms.ts'
import { type ClientFirst, parseClientFinal, parseClientFirst } from './scram-messages.ts'

/** What the first exchange leaves for the second. */
interface Pending {
  readonly identity: BareJid
  readonly request: Omit<ScramFinishRequest, 'authMessage' | 'clientProof'>
  readonly channelBinding: Buffer
  readonly nonce: string
  /** client-first-bare and server-first, joined as AuthMessage has them. */
  readonly signed: string
}

const MALFORMED = failure('malformed-request', 'not a SCRAM message')

/** SCRAM and its -PLUS forms (RFC 5802, RFC 7677). */
export class ScramDialogue implements Dialogue {
  readonly mechanism: ScramMechanismName
  readonly #hash: ScramHash
  readonly #context: DialogueContext
  #pending: Pending | undefined

  constructor(mechanism: ScramMechanismName, context: DialogueContext) {
    this.mechanism = mechanism
    this.#hash = hashOf(mechanism)
    this.#context = context
  }

  async step(input: Buffer | null): Promise<Step> {
    if (this.#pending !== undefined) return this.#finish(input ?? Buffer.alloc(0), this.#pending)
    if (input === null) return { type: 'challenge', data: Buffer.alloc(0) }
    const first = parseClientFirst(input)
    return first === undefined ? MALFORMED : this.#start(first)
  }

  async #start(first: ClientFirst): Promise<Step> {
    const { credentials, domain, source } = this.#context
    const refused = this.#refuseHeader(first.header)
    if (refused !== undefined) return refused
    const named = identify(this.#context, first.username)
    if (named === undefined) return failure('not-authorized', 'not a user name')
    const { identity, username } = named
    const authzid = first.header.authzid === '' ? '' : decodeSaslName(first.header.authzid)
    if (authzid === undefined) return MALFORMED
    if (!authzidIs(authzid, identity, this.#context.claimed))
      return failure('invalid-authzid', 'nobody may act for another user')

    const user = { username, domain, source, hash: this.#hash }
    const started = await credentials.scramStart(user)
    if (!started.ok) return failure(started.condition, 'authentication failed')
    const nonce = first.nonce + (this.#context.nonce ?? serverNonce)()
    const parameters = `r=${nonce},s=${started.salt.toString('base64')},i=${started.iterations}`
    const serverFirst = parameters + this.#protection()
    this.#pending = {
      identity,
      request: { ...user, handle: started.handle },
      channelBinding: this.#expectedBinding(first.header),
      nonce,
      signed: `${first.bare},${serverFirst}`,
    }
    return { type: 'challenge', data: Buffer.from(serverFirst) }
  }

  async #finish(input: Buffer, pending: Pending): Promise<Step> {
    const final = parseClientFinal(input)
    if (final === undefined) return MALFORMED
    // RFC 5802 §5.1: both are to be verified, and the proof is none without them.
    if (!equal(Buffer.from(final.nonce), Buffer.from(pending.nonce)))
      return failure('not-authorized', 'the nonce is not the one sent')
    if (!equal(final.channelBinding, pending.channelBinding))
      return failure('not-authorized', 'the channel bindings differ')
    const finished = await this.#context.credentials.scramFinish({
      ...pending.request,
      authMessage: `${pending.signed},${final.withoutProof}`,
      clientProof: final.proof,
    })
    if (!finished.ok) return failure(finished.condition, 'authentication failed')
    const data = Buffer.from(`v=${finished.serverSignature.toString('base64')}`)
    return { type: 'success', identity: pending.identity, data }
  }

  /** RFC 5802 §6 */
  #refuseHeader({ flag, bindingType }: Gs2Header): Failure | undefined {
    if (isPlus(this.mechanism) !== (flag === 'p'))
      return failure('malformed-request', 'the channel binding flag does not fit the mechanism')
    if (flag === 'p' && this.#context.bindings.data(bindingType) === undefined)
      return { ...failure('malformed-request', 'unsupported channel binding type'), mismatch: true }
    // The client can bind and saw no -PLUS, yet we offered it: somebody took it away.
    if (flag === 'y' && this.#context.offered.some(isPlus))
      return { ...failure('not-authorized', 'the server does support channel binding'), mismatch: true }
    return undefined
  }

  /** The attribute by which a client sees whether it was shown our offer (XEP-0474 §5.1). Others ignore it (RFC 5802 §5.1). */
  #protection(): string {
    const { offered, bindings, unprotected } = this.#context
    return unprotected ? '' : `,h=${offerHash(this.#hash, offered, bindings.types)}`
  }

  #expectedBinding({ flag, bindingType, text }: Gs2Header): Buffer {
    const header = Buffer.from(text)
    const data = flag === 'p' ? this.#context.bindings.data(bindingType) : undefined
    return data === undefined ? header : Buffer.concat([header, data])
  }
}

function serverNonce(): string {
  return randomUUID()
}

function equal(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}
