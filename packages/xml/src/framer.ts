import { isAscii } from 'node:buffer'
import { Carry } from './carry.ts'
import { isSpace } from './characters.ts'
import { checkDeclaration } from './declaration.ts'
import type { XmlLimits } from './limits.ts'
import { FLAG_NON_ASCII } from './parse.ts'
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
  /** What came after the end of the stream in the same chunk; it isn't read. */
  onTrailer?(bytes: Buffer): void
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

/** What one read from a socket may bring. */
const CHUNK_BYTES = 65_536
const NO_BYTES = Buffer.alloc(0)

const SLASH = 0x2f
const LT = 0x3c
const GT = 0x3e
const CDATA_START = Buffer.from('[CDATA[')

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
  /** Progress inside BANG and CDATA. */
  #matched = 0
  /** The byte before the chunk. */
  #last = 0
  /** Where the present element begins in the chunk: 0 when it began in an earlier one, -1 when there is none. */
  #start = -1
  readonly #carry = new Carry()
  /** Bytes of the declaration that came before the header; -1 once one cannot come any more. */
  #prolog = 0
  #closingName = ''
  #stopped = false
  #rest: Carry | undefined = undefined

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

  /**
   * Stops before the next event. Bytes not yet looked at wait for `resume` or `takeRest`; when more wait than two elements may have,
   * the stream has failed (`policy-violation`): pause the socket.
   */
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
    const rest = this.#rest?.take() ?? NO_BYTES
    this.#rest = undefined
    return rest
  }

  /** Reads a chunk. The chunk belongs to the caller again afterwards. */
  push(chunk: Buffer): void {
    if (this.#state === DEAD || chunk.length === 0) return
    try {
      if (this.#stopped) this.#keepRest(chunk, 0)
      else this.#scan(chunk)
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
    this.#carry.clear()
  }

  #keepRest(chunk: Buffer, start: number): void {
    this.#rest ??= new Carry()
    this.#rest.append(chunk, start, chunk.length, 2 * this.#limits.elementBytes + CHUNK_BYTES)
  }

  #scan(chunk: Buffer): void {
    if (this.#carry.length > 0) this.#start = 0
    const end = chunk.length
    let i = 0
    while (i < end && !this.#stopped && this.#state !== DEAD) i = this.#step(chunk, i)
    if (this.#state === DEAD) {
      if (i < end) this.#sink.onTrailer?.(chunk.subarray(i))
      return
    }
    this.#last = chunk[end - 1]!
    if (this.#stopped && i < end) this.#keepRest(chunk, i)
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
    const i = find(chunk, LT, from)
    if (i === chunk.length) return i
    this.#state = MARKUP
    if (i + 1 === chunk.length) return i + 1
    // The next two steps taken at once: they are most of what is to do.
    const next = chunk[i + 1]
    if (next === 0x21 || next === 0x3f) return i + 1
    if (next === SLASH) {
      this.#state = END_TAG
      return this.#skipEndTag(chunk, i + 2)
    }
    this.#state = TAG
    return this.#skipTag(chunk, i + 1)
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
    for (let i = from; i < end; i++) {
      const byte = chunk[i]!
      if (byte === GT) {
        this.#state = TEXT
        const before = i > 0 ? chunk[i - 1] : this.#last
        this.#endOfStartTag(chunk, i + 1, before === SLASH)
        return i + 1
      }
      if (byte === 0x27 || byte === 0x22) {
        i = endOfValue(chunk, byte, i + 1)
        if (i === end) this.#state = byte === 0x27 ? SINGLE_QUOTED : DOUBLE_QUOTED
      } else if (byte === LT) throw malformed('< in a tag')
    }
    return end
  }

  #skipQuoted(chunk: Buffer, from: number, quote: number): number {
    const i = endOfValue(chunk, quote, from)
    if (i === chunk.length) return i
    this.#state = TAG
    return i + 1
  }

  #skipEndTag(chunk: Buffer, from: number): number {
    const end = chunk.length
    for (let i = from; i < end; i++) {
      const byte = chunk[i]!
      if (byte === GT) {
        this.#state = TEXT
        if (this.#depth === 1) this.#close(chunk, i + 1)
        else if (--this.#depth === 1) this.#emit(chunk, i + 1)
        return i + 1
      }
      if (byte === LT) throw malformed('< in a tag')
    }
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
    let brackets = this.#matched
    let i = from
    for (; i < end; i++) {
      const byte = chunk[i]!
      if (byte === 0x5d) brackets++
      else if (byte === GT && brackets >= 2) {
        this.#state = TEXT
        i++
        break
      } else brackets = 0
    }
    this.#matched = brackets
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
    const header = parseStreamHeader(bytes, this.#limits)
    this.#depth = 1
    this.#closingName = header.qname
    if (selfClosed) this.#state = DEAD
    this.#sink.onOpen(header)
    if (selfClosed) this.#sink.onClose()
  }

  #emit(chunk: Buffer, end: number): void {
    const bytes = this.#take(chunk, end, this.#limits.elementBytes)
    this.#sink.onElement(bytes, isAscii(bytes) ? 0 : FLAG_NON_ASCII)
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
    if (this.#carry.length > 0) {
      this.#carry.append(chunk, 0, end, limit)
      return this.#carry.take()
    }
    if (end - start > limit) throw overLimit('element too large')
    return start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end)
  }

  /** Keeps the beginning of an element whose end has not arrived. */
  #keep(chunk: Buffer, start: number, end: number): void {
    this.#carry.append(chunk, start, end, this.#depth > 0 ? this.#limits.elementBytes : this.#limits.headerBytes)
  }
}

const LOOP = 48

/** The offset of a byte, or the chunk's length. A native search pays only for long runs. */
function find(chunk: Buffer, byte: number, from: number): number {
  const near = Math.min(chunk.length, from + LOOP)
  for (let i = from; i < near; i++) if (chunk[i] === byte) return i
  if (near === chunk.length) return near
  const found = chunk.indexOf(byte, near)
  return found < 0 ? chunk.length : found
}

/** The offset of an attribute value's closing quote, or the chunk's length. */
function endOfValue(chunk: Buffer, quote: number, from: number): number {
  const end = chunk.length
  for (let i = from; i < end; i++) {
    const byte = chunk[i]!
    if (byte === quote) return i
    if (byte === LT) throw malformed('< in an attribute')
  }
  return end
}
