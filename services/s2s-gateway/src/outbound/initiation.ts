import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { domainToASCII } from 'node:url'
import { ALPN } from '@heliograph/certificates'
import type { Domain } from '@heliograph/jid'
import { NS } from '@heliograph/stanza'
import { type Element, escapeAttribute, type ParsedElement, type StreamHeader } from '@heliograph/xml'
import { answers, keyXml } from '../dialback/elements.ts'
import type { FederationContext } from '../federation/federation-context.ts'
import type { Intake } from '../inbound/intake.ts'
import type { Former } from '../inbound/resumables.ts'
import type { Way } from '../pairs/way.ts'
import { countIn, type Management } from '../streams/management.ts'
import { headerText } from '../streams/stream-header.ts'
import { isTwoWayOffered, mayBeTwoWay, twoWayXml } from '../streams/two-way.ts'
import { type StreamEnd, type StreamSink, XmlStream } from '../streams/xml-stream.ts'
import { unproven } from '../trust/proof.ts'
import { unfit } from '../trust/unfit.ts'
import { type Failure, unreachable } from './failure.ts'
import { mostBytesIn } from './most-bytes.ts'
import type { Purpose, Question, Result } from './purpose.ts'
import { Receiving } from './receiving.ts'
import { secured } from './secured.ts'

/** Between which domains, as we open the stream. */
export interface Direction {
  readonly local: Domain
  readonly remote: Domain
}

type Step = 'management' | 'header' | 'features' | 'tls' | 'sasl' | 'dialback' | 'asked' | 'done'

/** The negotiation of a stream that we open to another server (RFC 6120 §4 to §6, XEP-0178 §3, XEP-0220 §2.1). */
export class Initiation implements StreamSink, Way {
  readonly isOurs = true
  readonly stream: XmlStream
  readonly result: Promise<Result>
  /** Told of the stream's end once it is ready. */
  onEnded: (end: StreamEnd) => void = () => {}
  /** Longer elements the peer doesn't take, as it said once it knew who we are (XEP-0478). Before it may take less, so after dialback it is unknown. */
  mostBytes = Number.POSITIVE_INFINITY
  management: Management | undefined
  /** Told of what comes of stream management once it is ready. */
  onManagement: (parsed: ParsedElement) => void = () => {}
  onFinish: Way['onFinish'] = () => Promise.resolve()
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
  readonly #received: Former | undefined
  #receiving: Receiving | undefined
  #lang: string | undefined

  constructor(
    context: FederationContext,
    direction: Direction,
    { socket, directTls, purpose }: { socket: Socket; directTls: boolean; purpose: Purpose },
  ) {
    this.#context = context
    this.#direction = direction
    this.#purpose = purpose
    this.#resume = purpose.kind === 'carry' ? purpose.resume : undefined
    this.#received = purpose.kind === 'carry' ? purpose.received : undefined
    const { promise, resolve } = Promise.withResolvers<Result>()
    this.result = promise
    this.#settle = resolve
    const { flusher, xmlBeforeAuth } = context
    const first = directTls ? secured(context, direction, socket, ALPN.server) : socket
    this.stream = new XmlStream({ socket: first, limits: xmlBeforeAuth, flusher, sink: this })
    this.#greet()
  }

  async finish(): Promise<void> {
    await this.intake?.finish()
    this.stream.close()
    await this.stream.gone
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

  get intake(): Intake | undefined {
    return this.#receiving?.intake
  }

  opened({ namespace, name, scope, id, version, lang }: StreamHeader): void {
    if (namespace !== NS.streams || name !== 'stream' || scope.defaultNs !== NS.server) {
      this.#fail(unreachable('it answered with another kind of stream'))
      this.stream.close({ condition: 'invalid-namespace' })
      return
    }
    this.#id = id ?? ''
    this.#lang = lang
    if (this.#receiving !== undefined) this.#receiving.lang = lang
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
    else if (namespace === NS.server) this.#receiving?.stanza(parsed)
    // Stanzas come on streams of their own (RFC 6120 §4.5), unless both were agreed: what else is said here says nothing.
  }

  ended(end: StreamEnd): void {
    this.intake?.stop()
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
    this.#wantBothWays(features)
    const offered = features.getChild('mechanisms', NS.sasl)?.getChildren('mechanism') ?? []
    if (!this.#triedExternal && offered.some((mechanism) => mechanism.getText() === 'EXTERNAL')) this.#sendExternal()
    else this.#sendKey()
  }

  /** XEP-0288 §2.2: before either way of authentication. */
  #wantBothWays(features: Element): void {
    if (
      this.#purpose.kind !== 'carry' ||
      this.#purpose.isTwoWay !== true ||
      !isTwoWayOffered(features) ||
      !mayBeTwoWay(this.#context, this.#direction.remote)
    )
      return
    this.#receiving = new Receiving(this.#context, this.#direction, this.stream)
    this.#receiving.lang = this.#lang
    this.stream.write(twoWayXml)
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
    this.stream.secured(secured(this.#context, this.#direction, this.stream.detach()))
    this.#greet()
  }

  #saslAnswered(name: string): void {
    if (name === 'failure') this.#sendKey()
    else if (name === 'success') {
      this.#authenticated = true
      this.stream.restart(this.#context.xml)
      this.#receiving?.proved()
      this.#greet()
    } else this.#refuse('it asks more than EXTERNAL has to say')
  }

  #dialbackAnswered(parsed: ParsedElement): void {
    const { local: from, remote: to } = this.#direction
    const { type } = parsed.element.attrs as Record<string, string | undefined>
    if (this.#step === 'dialback' && parsed.name === 'result' && answers(parsed, { from, to })) {
      if (type === 'valid') {
        this.#receiving?.proved()
        this.#ready()
      }
      // XEP-0220 §2.1.1
      else if (type === 'invalid') this.#refuse('it found our key invalid', 'internal-server-error')
      else this.#refuse('it could not verify our key')
    } else if (this.#step === 'asked' && parsed.name === 'verify' && this.#purpose.kind === 'ask') {
      if (!answers(parsed, { from, to, id: this.#purpose.id })) return
      this.#step = 'done'
      if (type === 'valid' || type === 'invalid') this.#settle({ kind: 'answer', isValid: type === 'valid' })
      else this.#settle({ kind: 'failed', failure: unreachable('it could not say whether the key is valid') })
      this.stream.close()
    } else if (type === undefined) this.#receiving?.refuse(parsed)
  }

  /** XEP-0198 §3, §5. */
  #manage(): void {
    this.#step = 'management'
    const about =
      this.#resume === undefined
        ? "<enable resume='true'"
        : `<resume previd='${escapeAttribute(this.#resume)}' h='${this.#received?.h ?? 0}'`
    this.stream.write(`${about} xmlns='${NS.streamManagement}'/>`)
  }

  #management(parsed: ParsedElement): void {
    if (this.#step === 'done') {
      if (this.#receiving?.asked(parsed) !== true) this.onManagement(parsed)
      return
    }
    if (this.#step !== 'management') return
    const { id, resume } = parsed.element.attrs as Record<string, string | undefined>
    const former = this.#resume
    this.#resume = undefined
    if (parsed.name === 'resumed' && former !== undefined) {
      this.management = { id: former, isResumed: true, h: countIn(parsed) }
      this.#receiving?.count(this.#received)
    } else if (parsed.name === 'enabled') {
      const isResumable = resume === 'true' || resume === '1'
      this.management = { id: isResumable ? id : undefined, isResumed: false, h: this.#formerH }
      this.#receiving?.count(undefined)
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
}
