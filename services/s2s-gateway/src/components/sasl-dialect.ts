import { randomUUID } from 'node:crypto'
import { type Domain, parseDomain } from '@heliograph/jid'
import { availableMechanisms, type ChannelBindings, type MechanismName } from '@heliograph/sasl'
import { NS, type StreamError } from '@heliograph/stanza'
import type { ParsedElement, StreamHeader } from '@heliograph/xml'
import { headerText } from '../streams/stream-header.ts'
import { ComponentSasl } from './component-sasl.ts'
import type { ComponentStream } from './component-stream.ts'
import { bySasl, type Definition } from './definition.ts'
import type { Dialect } from './dialect.ts'
import { acceptBinding, BINDING } from './host-binding.ts'

/** XEP-0225: a stream like a client's, with TLS and SASL; then hostnames are bound to it. */
export class SaslDialect implements Dialect {
  readonly stream: ComponentStream
  /** Of us, as the component addressed it. */
  local: Domain
  /** Who it has proved to be. */
  identity: Definition | undefined
  readonly #sasl: ComponentSasl
  #from: Domain | undefined
  #id = randomUUID()
  #bindings: ChannelBindings | undefined

  constructor(stream: ComponentStream) {
    this.stream = stream
    this.local = stream.context.hosts.domains[0]!
    this.#sasl = new ComponentSasl(this)
  }

  /** What authentication can be bound to; made when first asked for, after the handshake. */
  get bindings(): ChannelBindings {
    const { context, xml } = this.stream
    if (xml.tls === undefined) return context.tls.bindings(undefined, this.local)
    this.#bindings ??= context.tls.bindings(xml.tls, this.local)
    return this.#bindings
  }

  get mechanisms(): MechanismName[] {
    return availableMechanisms({ tls: this.stream.xml.tls !== undefined, bindings: this.bindings.types })
  }

  greeting(): string {
    return headerText({ content: NS.client, from: this.local, to: this.#from, id: this.#id, version: '1.0' })
  }

  opened(header: StreamHeader): void {
    this.#id = randomUUID()
    const error = this.#readHeader(header)
    this.stream.xml.greet(this.greeting())
    if (error === undefined) this.stream.xml.write(`<stream:features>${this.#features()}</stream:features>`)
    else this.stream.refuse(error)
  }

  element(parsed: ParsedElement): void {
    const { stream, identity } = this
    if (identity !== undefined) return acceptBinding(this, identity, parsed)
    if (parsed.namespace === NS.sasl) return this.#sasl.element(parsed)
    if (parsed.namespace === NS.tls) return this.#startTls(parsed)
    const isStanza = parsed.namespace === NS.client
    stream.refuse({ condition: isStanza ? 'not-authorized' : 'unsupported-stanza-type' })
  }

  /** RFC 6120 §6.4.6: it begins its stream anew. @returns what is against it */
  authenticated(definition: Definition): StreamError | undefined {
    this.stream.named(definition)
    const error = this.stream.unwelcome(definition)
    if (error === undefined) {
      this.identity = definition
      this.stream.proven()
    }
    return error
  }

  #readHeader({ namespace, name, scope, to, from, version }: StreamHeader): StreamError | undefined {
    if (namespace !== NS.streams || name !== 'stream' || scope.defaultNs !== NS.client)
      return { condition: 'invalid-namespace' }
    const { hosts, definitions } = this.stream.context
    const local = to === undefined ? this.local : parseDomain(to)
    if (local === undefined) return { condition: 'improper-addressing' }
    if (!hosts.domains.includes(local)) return { condition: 'host-unknown' }
    this.local = local
    if (!/^[1-9]\d{0,3}\.\d{1,4}$/.test(version ?? '')) return { condition: 'unsupported-version' }
    // XEP-0225 §3: it SHOULD be its default hostname.
    if (from === undefined) return undefined
    const definition = definitions.get(parseDomain(from) ?? ('' as Domain))
    if (definition === undefined || !bySasl(definition)) return { condition: 'invalid-from' }
    this.#from = definition.domain
    if (this.identity !== undefined)
      return this.identity.siblings.includes(this.#from) ? undefined : { condition: 'invalid-from' }
    this.stream.named(definition)
    // It may still start TLS.
    return this.stream.unwelcome({ ...definition, tls: false })
  }

  #features(): string {
    const { context, xml } = this.stream
    // XEP-0225 §4
    if (this.identity !== undefined) return `<bind xmlns='${BINDING}'><required/></bind>`
    const named = this.#from === undefined ? undefined : context.definitions.get(this.#from)
    const canSecure = xml.tls === undefined && context.tls.isReady
    const mustSecure = canSecure && named?.tls === true
    const starttls = canSecure ? `<starttls xmlns='${NS.tls}'>${mustSecure ? '<required/>' : ''}</starttls>` : ''
    // RFC 6120 §5.3.1: where TLS is mandatory nothing else is offered before it.
    if (mustSecure) return starttls
    const names = this.mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('')
    return `${starttls}<mechanisms xmlns='${NS.sasl}'>${names}</mechanisms>${this.#offeredBindings()}`
  }

  /** XEP-0440 */
  #offeredBindings(): string {
    const types = this.bindings.types.map((type) => `<channel-binding type='${type}'/>`).join('')
    return types === '' ? '' : `<sasl-channel-binding xmlns='${NS.saslChannelBinding}'>${types}</sasl-channel-binding>`
  }

  /** RFC 6120 §5.4.2 */
  #startTls({ name }: ParsedElement): void {
    const { xml, context } = this.stream
    if (name !== 'starttls') return this.stream.refuse({ condition: 'unsupported-stanza-type' })
    if (xml.tls !== undefined || !context.tls.isReady) {
      xml.write(`<failure xmlns='${NS.tls}'/>`)
      xml.close()
      return
    }
    xml.write(`<proceed xmlns='${NS.tls}'/>`)
    xml.secured(context.tls.secure(xml.detach(), this.local))
  }
}
