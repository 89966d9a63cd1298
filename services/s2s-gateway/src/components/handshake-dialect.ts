import { randomUUID } from 'node:crypto'
import { parseDomain } from '@heliograph/jid'
import { NS, type StreamError } from '@heliograph/stanza'
import type { ParsedElement, StreamHeader } from '@heliograph/xml'
import { headerText } from '../streams/stream-header.ts'
import { acceptFromComponent } from './accept.ts'
import type { ComponentStream } from './component-stream.ts'
import { byHandshake, type Definition } from './definition.ts'
import type { Dialect } from './dialect.ts'
import { provesSecret } from './handshake.ts'

/** XEP-0114: the header names the component, a hash of the stream's id and the secret proves it. */
export class HandshakeDialect implements Dialect {
  readonly #stream: ComponentStream
  readonly #id = randomUUID()
  #definition: Definition | undefined

  constructor(stream: ComponentStream) {
    this.#stream = stream
  }

  greeting(): string {
    return headerText({ content: NS.componentAccept, from: this.#definition?.domain, id: this.#id })
  }

  opened(header: StreamHeader): void {
    const { context, xml } = this.#stream
    const to = header.to === undefined ? undefined : parseDomain(header.to)
    this.#definition = to === undefined ? undefined : context.definitions.get(to)
    this.#stream.named(this.#definition)
    const error = this.#checkHeader(header)
    xml.greet(this.greeting())
    if (error !== undefined) this.#stream.refuse(error)
  }

  element(parsed: ParsedElement): void {
    const stream = this.#stream
    if (stream.isProven) acceptFromComponent(stream, parsed, NS.componentAccept)
    else if (parsed.namespace === NS.componentAccept && parsed.name === 'handshake') this.#handshake(parsed)
    // RFC 6120 §4.9.3.12
    else stream.refuse({ condition: 'not-authorized', text: 'the handshake comes first' })
  }

  #checkHeader(header: StreamHeader): StreamError | undefined {
    // XEP-0114 §3
    if (header.namespace !== NS.streams || header.name !== 'stream') return { condition: 'invalid-namespace' }
    if (header.scope.defaultNs !== NS.componentAccept) return { condition: 'invalid-namespace' }
    if (header.to === undefined || parseDomain(header.to) === undefined) return { condition: 'improper-addressing' }
    const definition = this.#definition
    if (definition === undefined) return { condition: 'host-unknown' }
    if (!byHandshake(definition)) return { condition: 'policy-violation', text: 'this component must use SASL' }
    return this.#stream.unwelcome(definition)
  }

  #handshake({ element }: ParsedElement): void {
    const stream = this.#stream
    const definition = this.#definition!
    if (!provesSecret(element.getText(), this.#id, definition.password)) {
      stream.refuse({ condition: 'not-authorized' })
      return
    }
    if (stream.isFull(definition)) {
      stream.refuse({ condition: 'conflict', text: 'this component has as many streams as it may have' })
      return
    }
    stream.proven()
    stream.xml.limit(stream.context.xml)
    stream.xml.write('<handshake/>')
    stream.bind(definition)
  }
}
