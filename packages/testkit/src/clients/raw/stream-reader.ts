import { Element } from '@heliograph/xml'
import { SaxesParser, type SaxesTagPlain } from 'saxes'

export interface StreamReaderEvents {
  /** The `<stream:stream>` header, or `<open/>` of RFC 7395. */
  onOpen(header: Element): void
  /** A complete child of the stream. */
  onElement(element: Element): void
  onClose(): void
}

/**
 * Reads what a server sends with a parser of its own (saxes), so that a fault in the project's reader or writer doesn't
 * hide itself. @throws on anything that is not well-formed
 */
export class StreamReader {
  readonly #parser = new SaxesParser()
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  readonly #events: StreamReaderEvents
  #header: Element | undefined
  #current: Element | undefined

  constructor(events: StreamReaderEvents) {
    this.#events = events
    this.#parser.on('error', (error) => {
      throw error
    })
    this.#parser.on('opentag', (tag: SaxesTagPlain) => this.#open(new Element(tag.name, tag.attributes)))
    this.#parser.on('closetag', () => this.#close())
    this.#parser.on('text', (text) => void this.#current?.t(text))
    this.#parser.on('cdata', (text) => void this.#current?.t(text))
  }

  write(bytes: Uint8Array): void {
    this.#parser.write(this.#decoder.decode(bytes, { stream: true }))
  }

  #open(element: Element): void {
    if (this.#header === undefined) {
      this.#header = element
      this.#events.onOpen(element)
      return
    }
    // A stanza's namespaces are declared in the header.
    element.parent = this.#current ?? this.#header
    this.#current?.children.push(element)
    this.#current = element
  }

  #close(): void {
    const element = this.#current
    if (element === undefined) this.#events.onClose()
    else if (element.parent === this.#header) {
      this.#current = undefined
      this.#events.onElement(element)
    } else this.#current = element.parent as Element
  }
}
