/** Bytes of an unfinished element that may be held back. */
const MAX_PENDING = 4 * 1024 * 1024

const SLASH = 0x2f
const GREATER = 0x3e
const QUOTE = 0x22
const APOSTROPHE = 0x27
const BANG = 0x21
const QUERY = 0x3f

/** Index of the `>` that ends the tag, or -1: a `>` inside a quoted attribute value does not. */
function endOfTag(xml: string, from: number): number {
  let quote = 0
  for (let i = from; i < xml.length; i++) {
    const code = xml.charCodeAt(i)
    if (quote !== 0) {
      if (code === quote) quote = 0
    } else if (code === GREATER) return i
    else if (code === QUOTE || code === APOSTROPHE) quote = code
  }
  return -1
}

/** Index just behind the element that starts at `start`, or -1 when it is not complete. */
export function endOfElement(xml: string, start: number): number {
  let depth = 0
  let at = start
  for (;;) {
    const next = xml.charCodeAt(at + 1)
    let end: number
    if (next === SLASH) {
      end = xml.indexOf('>', at + 2)
      if (end === -1) return -1
      depth -= 1
    } else if (next === BANG) {
      end = xml.indexOf(']]>', at)
      if (end === -1) return -1
      end += 2
    } else {
      end = endOfTag(xml, at + 1)
      if (end === -1) return -1
      if (xml.charCodeAt(end - 1) !== SLASH) depth += 1
    }
    if (depth === 0) return end + 1
    at = xml.indexOf('<', end + 1)
    if (at === -1) return -1
  }
}

/**
 * Cuts a server's stream into top-level elements, each handed on as its text. It trusts the server to send well-formed
 * XML and looks only for boundaries: that keeps the generator cheap. Input is the bytes read as latin1.
 */
export class StanzaSplitter {
  readonly #onElement: (xml: string) => void
  readonly #onEnd: () => void
  #rest = ''

  constructor(onElement: (xml: string) => void, onEnd: () => void) {
    this.#onElement = onElement
    this.#onEnd = onEnd
  }

  /** Takes the next piece of the stream; throws when one element outgrows 4 MiB. */
  push(chunk: string): void {
    const xml = this.#rest === '' ? chunk : this.#rest + chunk
    this.#rest = ''
    let at = xml.indexOf('<')
    while (at !== -1) {
      const end = this.#take(xml, at)
      if (end === -1) {
        if (xml.length - at > MAX_PENDING) throw new Error('an element of the server is over 4 MiB')
        this.#rest = xml.slice(at)
        return
      }
      at = xml.indexOf('<', end)
    }
  }

  /** Forgets what is unfinished: a new stream begins. */
  reset(): void {
    this.#rest = ''
  }

  #take(xml: string, at: number): number {
    const next = xml.charCodeAt(at + 1)
    if (next === QUERY) {
      const end = xml.indexOf('?>', at)
      return end === -1 ? -1 : end + 2
    }
    if (next === SLASH) {
      const end = xml.indexOf('>', at)
      if (end === -1) return -1
      this.#onEnd()
      return end + 1
    }
    if (xml.length - at < 14 && '<stream:stream'.startsWith(xml.slice(at))) return -1
    if (xml.startsWith('<stream:stream', at)) {
      const end = endOfTag(xml, at + 1)
      return end === -1 ? -1 : end + 1
    }
    const end = endOfElement(xml, at)
    if (end !== -1) this.#onElement(at === 0 && end === xml.length ? xml : xml.slice(at, end))
    return end
  }
}
