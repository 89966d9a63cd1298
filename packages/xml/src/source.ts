import { isAscii, isUtf8 } from 'node:buffer'
import type { Codes } from './names.ts'
import { malformed } from './xml-error.ts'

/** Text to read, as a string to cut from and as numbers to scan. To be used up before the next one is made. */
export interface Source {
  readonly text: string
  /** At least as long as the text; what comes after it is not a character of XML. */
  readonly codes: Codes
  readonly ascii: boolean
}

// Filled anew for each text outside ASCII, as allocating it would cost more than reading it.
const SCRATCH_LENGTH = 8192
const scratch = new Uint16Array(SCRATCH_LENGTH)
const scratchBytes = Buffer.from(scratch.buffer)

/** The text of bytes, which must be UTF-8 (RFC 6120 §11.6). Whether they are ASCII may be told if it is known. */
export function decodeSource(bytes: Buffer, ascii = isAscii(bytes)): Source {
  if (ascii) return { text: bytes.latin1Slice(0, bytes.length), codes: bytes, ascii }
  if (!isUtf8(bytes)) throw malformed('invalid UTF-8')
  const text = bytes.utf8Slice(0, bytes.length)
  if (text.length < SCRATCH_LENGTH) {
    scratchBytes.ucs2Write(text, 0)
    scratch[text.length] = 0
    return { text, codes: scratch, ascii }
  }
  const codes = new Uint16Array(text.length)
  Buffer.from(codes.buffer).ucs2Write(text, 0)
  return { text, codes, ascii }
}
