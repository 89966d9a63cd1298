import { isAscii } from 'node:buffer'
import { isSpace } from './characters.ts'
import { checkDeclaration } from './declaration.ts'
import type { XmlLimits } from './limits.ts'
import { decode, FLAG_NON_ASCII } from './parse.ts'
import { parseStreamHeader, type StreamHeader } from './stream-header.ts'
import { malformed, overLimit, restricted, XmlError } from './xml-error.ts'

/** What a framer finds, in the order of the stream. Callbacks may call `stop`, `reset` and `setLimits`. */
export interface FramerSink {
  onOpen(header: StreamHeader): void
  /**
   * One complete first-level element, not yet checked: give it to `parseElement` with the same flags. `bytes` may be a part of
   * the chunk and is valid until the callback returns; copy what is kept. An XmlError thrown here goes to `onError`.
   */
  onElement(bytes: Buffer, flags: number): void
  onClose(): void
  /** The stream cannot be read further: the framer ignores all input until `reset`. */
  onError(error: XmlError): void
  /** White space between elements (keep-alive). */
  onWhitespace?(count: number): void
}

const TEXT = 0
const MARKUP = 1
const TAG = 2
const DOUBLE_QUOTED = 3
const SINGLE_QUOTED = 4
const END_TAG = 5
const BANG = 6
const CDATA = 7
const DECLARATION = 8
const DEAD = 9

const SLASH = 0x2f
const LT = 0x3c
const GT = 0x3e
const CDATA_START = Buffer.from('[CDATA[')
const NO_BYTES = Buffer.alloc(0)

/**
 * Splits the bytes of one stream into its header, its first-level elements and its end. It can stop at any byte and
 * spends the same time a byte however the bytes are cut. It finds boundaries only; what it hands out is checked by `parseElement`.
 */
export class Framer {
  readonly #sink: FramerSink
  #limits: XmlLimits
  #state = TEXT
  /** 0 before the stream header, 1 between elements. */
  #depth = 0
  /** OR of the bytes of the present element. */
  #seen = 0
  /** Progress inside BANG and CDATA. */
  #matched = 0
  /** The byte before the chunk. */
  #last = 0
  /** Where the present element begins in the chunk: 0 when it began in an earlier one, -1 when there is none. */
  #start = -1
  #carry: Buffer = NO_BYTES
  #carried = 0
  /** Bytes of the declaration that came before the header; -1 once one cannot come any more. */
  #prolog = 0
  #closingName = ''
  #stopped = false
  #rest: Buffer = NO_BYTES

  constructor(limits: XmlLimits, sink: FramerSink) {
    this.#limits = limits
    this.#sink = sink
  }

  setLimits(limits: XmlLimits): void {
    this.#limits = limits
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** Begins a new stream on the same connection (RFC 6120 §4.3.3): the next bytes must be a stream header. */
  reset(): void {
    this.#state = TEXT
    this.#depth = 0
    this.#prolog = 0
    this.#drop()
  }

  /** Stops before the next event. Bytes not yet looked at wait for `resume` or `takeRest`. */
  stop(): void {
    this.#stopped = true
  }

  /** Goes on after `stop`, with what has waited. */
  resume(): void {
    if (!this.#stopped) return
    this.#stopped = false
    const rest = this.takeRest()
    if (rest.length > 0) this.push(rest)
  }

  /** What arrived but was not looked at because of `stop`; the framer forgets it. */
  takeRest(): Buffer {
    const rest = this.#rest
    this.#rest = NO_BYTES
    return rest
  }

  /** Reads a chunk. The chunk belongs to the caller again afterwards. */
  push(chunk: Buffer): void {
    if (this.#state === DEAD || chunk.length === 0) return
    if (this.#stopped) {
      this.#keepRest(chunk)
      return
    }
    try {
      this.#scan(chunk)
    } catch (error) {
      if (!(error instanceof XmlError)) throw error
      this.#fail(error)
    }
  }

  #fail(error: XmlError): void {
    this.#state = DEAD
    this.#drop()
    this.#sink.onError(error)
  }

  #drop(): void {
    this.#start = -1
    this.#carry = NO_BYTES
    this.#carried = 0
  }

  #keepRest(bytes: Buffer): void {
    if (this.#rest.length + bytes.length > 2 * this.#limits.elementBytes + 65_536) {
      this.#fail(overLimit('too much input while stopped'))
    } else this.#rest = Buffer.concat([this.#rest, bytes])
  }

  #scan(chunk: Buffer): void {
    if (this.#carried > 0) this.#start = 0
    const end = chunk.length
    let i = 0
    while (i < end && !this.#stopped && this.#state !== DEAD) i = this.#step(chunk, i)
    if (this.#state === DEAD) return
    this.#last = chunk[end - 1]!
    if (this.#stopped && i < end) this.#keepRest(chunk.subarray(i))
    else if (this.#start >= 0) this.#keep(chunk, this.#start, end)
  }

  #step(chunk: Buffer, i: number): number {
    switch (this.#state) {
      case TEXT:
        return this.#depth > 1 ? this.#skipText(chunk, i) : this.#skipSpace(chunk, i)
      case TAG:
        return this.#skipTag(chunk, i)
      case DOUBLE_QUOTED:
        return this.#skipQuoted(chunk, i, 0x22)
      case SINGLE_QUOTED:
        return this.#skipQuoted(chunk, i, 0x27)
      case END_TAG:
        return this.#skipEndTag(chunk, i)
      case MARKUP:
        return this.#beginMarkup(chunk, i)
      case BANG:
        return this.#matchCdataStart(chunk, i)
      case CDATA:
        return this.#skipCdata(chunk, i)
      default:
        return this.#skipDeclaration(chunk, i)
    }
  }

  #skipText(chunk: Buffer, from: number): number {
    const end = chunk.length
    let seen = this.#seen
    let i = from
    for (; i < end; i++) {
      const byte = chunk[i]!
      if (byte === LT) {
        this.#state = MARKUP
        i++
        break
      }
      seen |= byte
    }
    this.#seen = seen
    return i
  }

  /** Outside of elements only white space may stand. */
  #skipSpace(chunk: Buffer, from: number): number {
    let i = from
    while (i < chunk.length && isSpace(chunk[i]!)) i++
    if (i > from) {
      if (this.#depth === 0) this.#prolog = -1
      this.#sink.onWhitespace?.(i - from)
      return i
    }
    if (chunk[i] !== LT) {
      throw this.#depth === 0
        ? malformed('text before the stream header')
        : new XmlError('bad-format', 'text in the stream')
    }
    this.#start = i
    this.#seen = 0
    this.#state = MARKUP
    return i + 1
  }

  #beginMarkup(chunk: Buffer, i: number): number {
    const byte = chunk[i]!
    if (byte === SLASH && this.#depth > 0) this.#state = END_TAG
    else if (byte === 0x21) {
      this.#state = BANG
      this.#matched = 0
    } else if (byte === 0x3f) {
      // RFC 6120 §11.1, §11.5: no processing instructions; a declaration only as the stream's first bytes.
      if (this.#depth > 0 || this.#prolog !== 0) throw restricted('processing instruction')
      this.#state = DECLARATION
    } else {
      this.#state = TAG
      return i
    }
    return i + 1
  }

  #skipTag(chunk: Buffer, from: number): number {
    const end = chunk.length
    let seen = this.#seen
    for (let i = from; i < end; i++) {
      const byte = chunk[i]!
      if (byte === GT) {
        this.#seen = seen
        this.#state = TEXT
        const before = i > 0 ? chunk[i - 1] : this.#last
        this.#endOfStartTag(chunk, i + 1, before === SLASH)
        return i + 1
      }
      if (byte === 0x27 || byte === 0x22) {
        this.#seen = seen
        this.#state = byte === 0x27 ? SINGLE_QUOTED : DOUBLE_QUOTED
        return i + 1
      }
      if (byte === LT) throw malformed('< in a tag')
      seen |= byte
    }
    this.#seen = seen
    return end
  }

  #skipQuoted(chunk: Buffer, from: number, quote: number): number {
    const end = chunk.length
    let seen = this.#seen
    let i = from
    for (; i < end; i++) {
      const byte = chunk[i]!
      if (byte === quote) {
        this.#state = TAG
        i++
        break
      }
      if (byte === LT) throw malformed('< in an attribute')
      seen |= byte
    }
    this.#seen = seen
    return i
  }

  #skipEndTag(chunk: Buffer, from: number): number {
    const end = chunk.length
    let seen = this.#seen
    for (let i = from; i < end; i++) {
      const byte = chunk[i]!
      if (byte === GT) {
        this.#seen = seen
        this.#state = TEXT
        if (this.#depth === 1) this.#close(chunk, i + 1)
        else if (--this.#depth === 1) this.#emit(chunk, i + 1)
        return i + 1
      }
      if (byte === LT) throw malformed('< in a tag')
      seen |= byte
    }
    this.#seen = seen
    return end
  }

  /** After `<!`: only a CDATA section may follow, and only inside an element. */
  #matchCdataStart(chunk: Buffer, i: number): number {
    const byte = chunk[i]!
    if (byte === CDATA_START[this.#matched]) {
      if (++this.#matched < CDATA_START.length) return i + 1
      if (this.#depth < 2) throw new XmlError('bad-format', 'text in the stream')
      this.#state = CDATA
      this.#matched = 0
      return i + 1
    }
    // RFC 6120 §11.1
    if (this.#matched === 0 && byte === 0x2d) throw restricted('comment')
    if (this.#matched === 0 && byte === 0x44) throw restricted('document type declaration')
    throw malformed('unknown markup')
  }

  #skipCdata(chunk: Buffer, from: number): number {
    const end = chunk.length
    let seen = this.#seen
    let brackets = this.#matched
    let i = from
    for (; i < end; i++) {
      const byte = chunk[i]!
      seen |= byte
      if (byte === 0x5d) brackets++
      else if (byte === GT && brackets >= 2) {
        this.#state = TEXT
        i++
        break
      } else brackets = 0
    }
    this.#matched = brackets
    this.#seen = seen
    return i
  }

  #skipDeclaration(chunk: Buffer, from: number): number {
    const i = chunk.indexOf(GT, from)
    if (i < 0) return chunk.length
    const bytes = this.#take(chunk, i + 1, this.#limits.headerBytes)
    checkDeclaration(bytes.latin1Slice(0, bytes.length))
    this.#prolog = bytes.length
    this.#state = TEXT
    return i + 1
  }

  #endOfStartTag(chunk: Buffer, end: number, selfClosed: boolean): void {
    if (this.#depth === 0) this.#open(chunk, end, selfClosed)
    else if (!selfClosed) {
      // The stream's own element is not counted.
      if (this.#depth++ > this.#limits.depth) throw overLimit('elements nested too deep')
    } else if (this.#depth === 1) this.#emit(chunk, end)
  }

  #open(chunk: Buffer, end: number, selfClosed: boolean): void {
    const bytes = this.#take(chunk, end, this.#limits.headerBytes - Math.max(this.#prolog, 0))
    const header = parseStreamHeader(decode(bytes, isAscii(bytes)), this.#limits)
    this.#depth = 1
    this.#closingName = header.qname
    if (selfClosed) this.#state = DEAD
    this.#sink.onOpen(header)
    if (selfClosed) this.#sink.onClose()
  }

  #emit(chunk: Buffer, end: number): void {
    const flags = this.#seen > 127 ? FLAG_NON_ASCII : 0
    this.#sink.onElement(this.#take(chunk, end, this.#limits.elementBytes), flags)
  }

  #close(chunk: Buffer, end: number): void {
    const bytes = this.#take(chunk, end, this.#limits.headerBytes)
    const name = bytes.toString('utf8', 2, bytes.length - 1)
    if (name.replace(/[ \t\r\n]+$/, '') !== this.#closingName) throw malformed('end tag does not match')
    this.#state = DEAD
    this.#sink.onClose()
  }

  /** The bytes of the present element, which ends at `end`. */
  #take(chunk: Buffer, end: number, limit: number): Buffer {
    const start = this.#start
    this.#start = -1
    if (this.#carried === 0) {
      if (end - start > limit) throw overLimit('element too large')
      return start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end)
    }
    this.#append(chunk, 0, end, limit)
    const bytes = this.#carry.subarray(0, this.#carried)
    this.#carry = NO_BYTES
    this.#carried = 0
    return bytes
  }

  /** Keeps the beginning of an element whose end has not arrived. */
  #keep(chunk: Buffer, start: number, end: number): void {
    const isElement = this.#depth > 0
    this.#append(chunk, start, end, isElement ? this.#limits.elementBytes : this.#limits.headerBytes)
  }

  #append(chunk: Buffer, start: number, end: number, limit: number): void {
    const needed = this.#carried + end - start
    if (needed > limit) throw overLimit('element too large')
    if (needed > this.#carry.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, Math.min(2 * this.#carry.length, limit), 512))
      this.#carry.copy(grown, 0, 0, this.#carried)
      this.#carry = grown
    }
    chunk.copy(this.#carry, this.#carried, start, end)
    this.#carried = needed
  }
}
