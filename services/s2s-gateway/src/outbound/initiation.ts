import type { Socket } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { domainToASCII } from 'node:url'
import { ALPN } from '@heliograph/certificates'
import type { Domain } from '@heliograph/jid'
import { NS } from '@heliograph/stanza'
import { type Element, escapeAttribute, type ParsedElement, type StreamHeader } from '@heliograph/xml'
import { answers, keyXml } from '../dialback/elements.ts'
import type { FederationContext } from '../federation/federation-context.ts'
import { countIn } from '../streams/management.ts'
import { headerText } from '../streams/stream-header.ts'
import { type StreamEnd, type StreamSink, XmlStream } from '../streams/xml-stream.ts'
import { unproven } from '../trust/proof.ts'
import { unfit } from '../trust/unfit.ts'
import { type Failure, unreachable } from './failure.ts'

/** Between which domains, as we open the stream. */
export interface Direction {
  readonly local: Domain
  readonly remote: Domain
}

/** A key that somebody else showed in the remote domain's name, on our stream of that id (XEP-0220 §2.1.2). */
export interface Question {
  readonly key: string
  readonly id: string
}

/** What the stream is for: to carry stanzas, or to ask about a key. */
export type Purpose =
  | { readonly kind: 'carry'; readonly resume?: string | undefined }
  | ({ readonly kind: 'ask' } & Question)

/** `ready`: stanzas may be sent. `answer`: to the question. */
export type Result =
  | { readonly kind: 'ready'; readonly initiation: Initiation }
  | { readonly kind: 'answer'; readonly isValid: boolean }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** That the peer acknowledges what it is sent (XEP-0198). */
export interface Management {
  /** By which the stream may be resumed, if it may. */
  readonly id?: string | undefined
  /** It goes on where another one ended. */
  readonly isResumed: boolean
  /** What of that other one the peer has handled, if it says so. */
  readonly h?: number | undefined
}

type Step = 'management' | 'header' | 'features' | 'tls' | 'sasl' | 'dialback' | 'asked' | 'done'

/** The negotiation of a stream that we open to another server (RFC 6120 §4 to §6, XEP-0178 §3, XEP-0220 §2.1). */
export class Initiation implements StreamSink {
  readonly stream: XmlStream
  readonly result: Promise<Result>
  /** Told of the stream's end once it is ready. */
  onEnded: (end: StreamEnd) => void = () => {}
  /** Longer elements the peer doesn't take, as it said once it knew who we are (XEP-0478). Before it may take less, so after dialback it is unknown. */
  mostBytes = Number.POSITIVE_INFINITY
  management: Management | undefined
  /** Told of what comes of stream management once it is ready. */
  onManagement: (parsed: ParsedElement) => void = () => {}
  readonly #context: FederationContext
  readonly #direction: Direction
  readonly #purpose: Purpose
  readonly #settle: (result: Result) => void
  #step: Step = 'header'
  #id = ''
  #authenticated = false
  #triedExternal = false
  /** What the peer said of a stream that it doesn't resume. */
  #formerH: number | undefined
  #resume: string | undefined

  constructor(
    context: FederationContext,
    direction: Direction,
    { socket, directTls, purpose }: { socket: Socket; directTls: boolean; purpose: Purpose },
  ) {
    this.#context = context
    this.#direction = direction
    this.#purpose = purpose
    this.#resume = purpose.kind === 'carry' ? purpose.resume : undefined
    const { promise, resolve } = Promise.withResolvers<Result>()
    this.result = promise
    this.#settle = resolve
    const { flusher, xmlBeforeAuth } = context
    const first = directTls ? this.#secured(socket, ALPN.server) : socket
    this.stream = new XmlStream({ socket: first, limits: xmlBeforeAuth, flusher, sink: this })
    this.#greet()
  }

  /** Not in time, or not needed any more. */
  giveUp(text: string): void {
    this.#fail(unreachable(text))
    this.stream.destroy()
  }

  greeting(): string {
    const { local: from, remote: to } = this.#direction
    return headerText({ content: NS.server, from, to, version: '1.0' })
  }

  opened({ namespace, name, scope, id, version }: StreamHeader): void {
    if (namespace !== NS.streams || name !== 'stream' || scope.defaultNs !== NS.server) {
      this.#fail(unreachable('it answered with another kind of stream'))
      this.stream.close({ condition: 'invalid-namespace' })
      return
    }
    this.#id = id ?? ''
    // RFC 6120 §4.7.5: without a version there are no features, and so no TLS.
    if (!/^[1-9]/.test(version ?? '')) return this.#refuse('it speaks no XMPP 1.0')
    this.#step = 'features'
  }

  element(parsed: ParsedElement): void {
    const { name, namespace, element } = parsed
    if (namespace === NS.streams && name === 'features') {
      if (this.#step === 'features') this.#features(element)
    } else if (namespace === NS.tls && this.#step === 'tls') this.#tlsAnswered(name)
    else if (namespace === NS.sasl && this.#step === 'sasl') this.#saslAnswered(name)
    else if (namespace === NS.streamManagement) this.#management(parsed)
    else if (namespace === NS.dialback) this.#dialbackAnswered(parsed)
    // Stanzas come on streams of their own (RFC 6120 §4.5): what else is said here says nothing.
  }

  ended(end: StreamEnd): void {
    const condition = end.error === undefined ? '' : `: ${end.error.condition}`
    this.#fail(unreachable(`the stream ended${condition}`))
    this.onEnded(end)
  }

  failed(error: unknown): void {
    this.#context.log.error('s2s_stream_failed', { domain: this.#direction.remote, error })
  }

  #greet(): void {
    this.#step = 'header'
    this.stream.greet(this.greeting())
  }

  #features(features: Element): void {
    const { tls } = this.stream
    if (tls === undefined) {
      if (!features.getChild('starttls', NS.tls)) return this.#refuse('it offers no TLS')
      this.#step = 'tls'
      this.stream.write(`<starttls xmlns='${NS.tls}'/>`)
      return
    }
    const reason = unfit(tls, this.#context.policy.of(this.#direction.remote))
    if (reason !== undefined) this.#refuse(reason)
    else if (this.#purpose.kind === 'ask') this.#ask(this.#purpose)
    else if (this.#authenticated) {
      this.mostBytes = mostBytesIn(features)
      const isOffered = features.getChild('sm', NS.streamManagement) !== undefined
      if (isOffered && this.#context.config.federation.streamManagement) this.#manage()
      else this.#ready()
    } else this.#authenticate(features, tls)
  }

  /** By certificate if it takes ours; else, where that is allowed, by dialback. */
  #authenticate(features: Element, tls: TLSSocket): void {
    const { remote } = this.#direction
    const reason = this.#isDialbackAllowed ? undefined : unproven(tls, remote)
    if (reason !== undefined) return this.#refuse(reason)
    const offered = features.getChild('mechanisms', NS.sasl)?.getChildren('mechanism') ?? []
    if (!this.#triedExternal && offered.some((mechanism) => mechanism.getText() === 'EXTERNAL')) this.#sendExternal()
    else this.#sendKey()
  }

  get #isDialbackAllowed(): boolean {
    return this.#context.policy.of(this.#direction.remote).authentication === 'dialback'
  }

  #sendExternal(): void {
    this.#step = 'sasl'
    this.#triedExternal = true
    // XEP-0178 §3: the identity is that of the header's `from`; some want to hear it again.
    const identity = Buffer.from(domainToASCII(this.#direction.local)).toString('base64')
    this.stream.write(`<auth xmlns='${NS.sasl}' mechanism='EXTERNAL'>${identity}</auth>`)
  }

  #sendKey(): void {
    if (!this.#isDialbackAllowed) return this.#refuse('it takes no certificate of ours')
    const { local, remote } = this.#direction
    this.#step = 'dialback'
    const key = this.#context.keys.keyFor(remote, local, this.#id)
    this.stream.write(keyXml('result', { from: local, to: remote }, key))
  }

  #ask({ key, id }: Question): void {
    const { local, remote } = this.#direction
    this.#step = 'asked'
    this.stream.write(keyXml('verify', { from: local, to: remote, id }, key))
  }

  #tlsAnswered(name: string): void {
    if (name !== 'proceed') return this.#refuse('it would not start TLS')
    this.stream.secured(this.#secured(this.stream.detach()))
    this.#greet()
  }

  #saslAnswered(name: string): void {
    if (name === 'failure') this.#sendKey()
    else if (name === 'success') {
      this.#authenticated = true
      this.stream.restart(this.#context.xml)
      this.#greet()
    } else this.#refuse('it asks more than EXTERNAL has to say')
  }

  #dialbackAnswered(parsed: ParsedElement): void {
    const { local: from, remote: to } = this.#direction
    const { type } = parsed.element.attrs as Record<string, string | undefined>
    if (this.#step === 'dialback' && parsed.name === 'result' && answers(parsed, { from, to })) {
      if (type === 'valid') this.#ready()
      // XEP-0220 §2.1.1
      else if (type === 'invalid') this.#refuse('it found our key invalid', 'internal-server-error')
      else this.#refuse('it could not verify our key')
    } else if (this.#step === 'asked' && parsed.name === 'verify' && this.#purpose.kind === 'ask') {
      if (!answers(parsed, { from, to, id: this.#purpose.id })) return
      this.#step = 'done'
      if (type === 'valid' || type === 'invalid') this.#settle({ kind: 'answer', isValid: type === 'valid' })
      else this.#settle({ kind: 'failed', failure: unreachable('it could not say whether the key is valid') })
      this.stream.close()
    }
  }

  /** XEP-0198 §3, §5. Nothing comes on our streams that we had to count. */
  #manage(): void {
    this.#step = 'management'
    const about =
      this.#resume === undefined ? "<enable resume='true'" : `<resume previd='${escapeAttribute(this.#resume)}' h='0'`
    this.stream.write(`${about} xmlns='${NS.streamManagement}'/>`)
  }

  #management(parsed: ParsedElement): void {
    if (this.#step === 'done') return this.onManagement(parsed)
    if (this.#step !== 'management') return
    const { id, resume } = parsed.element.attrs as Record<string, string | undefined>
    const former = this.#resume
    this.#resume = undefined
    if (parsed.name === 'resumed' && former !== undefined)
      this.management = { id: former, isResumed: true, h: countIn(parsed) }
    else if (parsed.name === 'enabled') {
      const isResumable = resume === 'true' || resume === '1'
      this.management = { id: isResumable ? id : undefined, isResumed: false, h: this.#formerH }
    } else if (former !== undefined) {
      this.#formerH = countIn(parsed)
      return this.#manage()
    }
    this.#ready()
  }

  #ready(): void {
    this.#step = 'done'
    this.#settle({ kind: 'ready', initiation: this })
  }

  #refuse(text: string, condition: Failure['condition'] = 'remote-server-timeout'): void {
    this.#fail({ condition, text })
    this.stream.close()
  }

  #fail(failure: Failure): void {
    if (this.#step === 'done') return
    this.#step = 'done'
    this.#settle({ kind: 'failed', failure })
  }

  #secured(socket: Socket, alpn?: readonly string[]): TLSSocket {
    const { local, remote } = this.#direction
    const options: ConnectionOptions = {
      socket,
      secureContext: this.#context.certificates.contextFor(local),
      servername: domainToASCII(remote),
      // Whom the certificate is for is judged by our own rules, and what it is worth by those for the peer.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    }
    return connect(options)
  }
}

function mostBytesIn(features: Element): number {
  const most = Number(features.getChild('limits', NS.streamLimits)?.getChildText('max-bytes') ?? Number.NaN)
  return Number.isSafeInteger(most) && most > 0 ? most : Number.POSITIVE_INFINITY
}
